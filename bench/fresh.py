"""The product, keeping no page of history or details: each is made anew."""

from langportal.asgi import application
from sessions_core.queries import freshness

__all__ = ["application"]

freshness.HISTORY_SECONDS = freshness.DETAILS_SECONDS = 0
