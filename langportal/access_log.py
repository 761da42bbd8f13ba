"""Removes query strings from the access log, since they may contain personal data."""

import logging


class WithoutQuery(logging.Filter):
    """For ``uvicorn.access``, whose arguments are client, method, path, version and status."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_without_query, record.args))
        return True


def _without_query(argument: object) -> object:
    if isinstance(argument, str) and argument.startswith("/"):
        return argument.partition("?")[0]
    return argument
