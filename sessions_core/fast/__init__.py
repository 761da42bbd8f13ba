"""The fast path: the hot operations, taken in front of Django and many to a round trip.

``FastPath`` is an ASGI application around Django's. It takes the plain case of six operations (an
answer to the portal or the exercises; the portal's start, complete, history and details) and hands
everything else on untouched: other addresses, bad tokens, bad input, whatever is to be refused. So
no check and no message exists twice. What it takes it does by one statement for all the requests of
a kind that wait, and it ends like the view, which the tests compare it with byte by byte.

    application = FastPath(django_application)
"""

from .app import FastPath

__all__ = ["FastPath"]
