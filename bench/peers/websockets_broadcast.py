"""Fan-out with the ``websockets`` library and Redis alone: what one would write without Django.

python -m bench.peers.websockets_broadcast PORT CHANNEL
"""

import os
import sys

import redis.asyncio as redis
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve


async def main(port: int, channel: str) -> None:
    viewers: set[ServerConnection] = set()

    async def watch(viewer: ServerConnection) -> None:
        viewers.add(viewer)
        try:
            await viewer.wait_closed()
        finally:
            viewers.discard(viewer)

    async with redis.from_url(os.environ["REDIS_URL"], decode_responses=True).pubsub() as events:
        await events.subscribe(channel)
        async with serve(watch, "127.0.0.1", port, compression=None):
            async for event in events.listen():
                if event["type"] == "message":
                    broadcast(viewers, event["data"])


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
