"""A network that loses responses."""

import asyncio
import random
from contextlib import suppress
from types import TracebackType

BEGINS_A_RESPONSE = b"HTTP/1.1 "


class LosingProxy:
    """Hands every request on, and cuts the line in place of a share of the responses.

    The product has done its work by then. Use as an async context manager; ``address`` is its URL.
    """

    def __init__(self, port: int, share: float, seed: int = 1) -> None:
        self.port = port
        self.share = share
        self.lost = 0
        self.passed = 0
        self._chance = random.Random(seed)
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "LosingProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1")
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        await asyncio.gather(*self._lines)

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._lines.add(asyncio.current_task())
        answers, requests = await asyncio.open_connection("127.0.0.1", self.port)
        both = {
            asyncio.create_task(self._hand_back(answers, back)),
            asyncio.create_task(self._hand_on(client, requests)),
        }
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for line in (requests, back):
            line.transport.abort()
        await asyncio.wait(both)
        for line in (requests, back):
            with suppress(OSError):
                await line.wait_closed()

    async def _hand_on(self, client: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await client.read(65536):
                requests.write(piece)
                await requests.drain()

    async def _hand_back(self, answers: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while (piece := await answers.read(65536)) and not self._loses(piece):
                back.write(piece)
                await back.drain()

    def _loses(self, piece: bytes) -> bool:
        if not piece.startswith(BEGINS_A_RESPONSE):
            return False
        loses = self._chance.random() < self.share
        self.lost += loses
        self.passed += not loses
        return loses
