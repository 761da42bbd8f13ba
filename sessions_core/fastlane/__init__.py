"""The fast lane: answers taken in front of Django, many to a commit.

An ASGI application around another one. It takes the plain case of the two answer operations, a
valid answer under a valid bearer token, and hands everything else to Django untouched: other
addresses and methods, bad tokens, bad input, whatever it does not know. So what is refused is
refused by the views, in their words, and no check exists twice; the lane only ever does what the
view would have done, by the same verb, the same limits and the same renderers.

Beside it, in the same manner, ``side_lane`` takes the portal's start, complete, history and
details, each by itself.

    application = FastLane(django_application)
"""

from .lane import FastLane

__all__ = ["FastLane"]
