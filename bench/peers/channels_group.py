"""Fan-out as the Channels tutorial has it: a consumer and a place in the group for each viewer."""

import os

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

GROUP = "session_1"

settings.configure(
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
        }
    },
)
django.setup()


class Viewer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def session_event(self, event: dict) -> None:
        await self.send(text_data=event["text"])


application = Viewer.as_asgi()
