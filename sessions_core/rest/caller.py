"""``request.user`` of a token, and who a request is from. No query, no model."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from ..actor import Actor


class Caller:
    """Stands in for the user's row, which costs a query; whoever needs the row loads it by id."""

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.id = self.pk = actor.user_id
        self.is_staff = actor.is_staff

    def __str__(self) -> str:
        return self.actor.scope


def actor_of(request: Request) -> Actor:
    """Raises ``NotAuthenticated`` where nobody is signed in."""
    user: Any = request.user
    if isinstance(user, Caller):
        return user.actor
    if user is None or not user.is_authenticated:
        raise NotAuthenticated
    return Actor(user_id=user.pk, is_staff=user.is_staff)
