"""A client at a session's socket, which keeps what it gets."""

import json
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from types import TracebackType
from typing import Any

import jsonschema
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sessions_core.realtime.definitions import SERVER_MESSAGES
from tests.support.product import Product

# Nothing is timed by this; it only ends a test that would hang.
PATIENCE = 120
VALIDATORS = {each.name: jsonschema.Draft202012Validator(each.schema()) for each in SERVER_MESSAGES}


class Watcher:
    """``with Watcher(product, session_id, token) as seen``: the server's events collect in
    ``seen.events``, each held against its documented schema.
    """

    def __init__(
        self,
        product: Product,
        session_id: object,
        token: str | None,
        after: object = None,
        **options: Any,
    ) -> None:
        query = "" if after is None else f"?after={after}"
        self._address = f"{product.ws_url}/ws/sessions/{session_id}{query}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._options = {
            "additional_headers": headers,
            "open_timeout": PATIENCE,
            "proxy": None,
            "compression": None,
            **options,
        }
        self.events: list[dict[str, Any]] = []
        self._seen_ids: set[int | None] = set()
        self.unexpected: Exception | None = None
        self.closed = False
        self._changed = Condition()
        self.socket: ClientConnection

    def __enter__(self) -> "Watcher":
        self._connection = connect(self._address, **self._options)
        self.socket = self._connection.__enter__()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, error, trace)
        self._reader.join()
        assert self.unexpected is None, self.unexpected

    def _read(self) -> None:
        try:
            with suppress(ConnectionClosed):
                while True:
                    event = json.loads(self.socket.recv())
                    VALIDATORS[event["type"]].validate(event)
                    self._note(event)
        except (KeyError, ValueError, jsonschema.ValidationError) as error:
            self.unexpected = error
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _note(self, event: dict[str, Any]) -> None:
        with self._changed:
            self.events.append(event)
            self._seen_ids.add(event.get("id"))
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the events that make ``condition`` true."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or condition(), PATIENCE)
            reached = condition()
        assert reached, (
            f"waited in vain; last events: {self.events[-5:]}, {self.unexpected},"
            f" close code {self.socket.close_code if self.closed else None}"
        )

    def until_id(self, number: int) -> None:
        self.until(lambda: number in self._seen_ids)

    def until_id_or_closed(self, number: int) -> None:
        self.until(lambda: self.closed or number in self._seen_ids)

    def until_closed(self) -> int | None:
        """Returns the close code."""
        self.until(lambda: self.closed)
        return self.socket.close_code

    @property
    def numbered(self) -> list[dict[str, Any]]:
        return [event for event in self.events if "id" in event]

    @property
    def ids(self) -> list[int]:
        return [event["id"] for event in self.numbered]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


def close_code(
    product: Product, session_id: object, token: str | None, **options: Any
) -> int | None:
    """With which code the server closes the socket."""
    with Watcher(product, session_id, token, **options) as watcher:
        return watcher.until_closed()
