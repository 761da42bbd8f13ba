"""An anonymous session as somebody who acts."""

from sessions_core.actor import Actor

from .models import AnonymousSession


def guest_actor(session: AnonymousSession) -> Actor:
    return Actor(guest=session.guest)
