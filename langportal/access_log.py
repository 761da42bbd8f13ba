"""The access log without query strings: searches and reasons stand in them, and may name people."""

import logging


class WithoutQuery(logging.Filter):
    """For ``uvicorn.access``: it is given client, method, path with query, version and status."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_plain, record.args))
        return True


def _plain(argument: object) -> object:
    if isinstance(argument, str) and argument.startswith("/"):
        return argument.partition("?")[0]
    return argument
