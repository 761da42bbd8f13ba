"""Sign-in with a password, and registration. django-axes locks out guessing."""

import math
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from sessions_core.errors import RateLimited
from sessions_core.rest.address import client_address

from .errors import UsernameTaken


def sign_in(request: HttpRequest, username: str, password: str) -> AbstractBaseUser | None:
    """Returns the user, or ``None`` for an unknown name, a wrong password or an inactive account.

    Raises ``RateLimited`` for a name locked out at this address.
    """
    # Registration stores the normal form of the name, so that any spelling can sign in.
    name = get_user_model().normalize_username(username)
    user = authenticate(request, username=name, password=password)
    flagged: Any = request
    if getattr(flagged, "axes_locked_out", False):
        # Otherwise the middleware of axes would replace our response by a page of text.
        flagged.axes_locked_out = False
        raise RateLimited("Too many failed sign-ins", _seconds_locked(request, name))
    if user is not None:
        user_logged_in.send(sender=type(user), request=request, user=user)
    return user


def _seconds_locked(request: HttpRequest, username: str) -> int:
    attempts = AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    left = last + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(1, math.ceil(left.total_seconds()))


def register(username: str, password: str, email: str) -> AbstractBaseUser:
    """Creates an account. Raises ``UsernameTaken``, also if names differ in case alone."""
    users = get_user_model().objects
    if users.filter(username__iexact=username).exists():
        raise UsernameTaken
    try:
        with transaction.atomic():
            return users.create_user(username=username, email=email, password=password)
    except IntegrityError:
        raise UsernameTaken from None
