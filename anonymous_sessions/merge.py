"""Merges one session into another."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from sessions_core import clock
from sessions_core.retrying import retrying

from . import learning_sessions
from .app_settings import app_settings
from .documents import fits
from .locks import lock_if_owner_unchanged
from .models import AnonymousSession, Charge, Usage


def merge(source: AnonymousSession, target: AnonymousSession) -> AnonymousSession:
    """Moves usage and contents of ``source`` to ``target``, to which both ids then lead.

    Sessions that are merged already, in either direction, stay as they are. So does a source that
    belongs to an account if the target does not belong to the same one. Returns the root of
    ``target``. Raises ``UnknownSession`` if the owner of one of them changed meanwhile.
    """
    return retrying(_merge, source, target)


def _merge(source: AnonymousSession, target: AnonymousSession) -> AnonymousSession:
    with transaction.atomic():
        source, target = lock_if_owner_unchanged(source, target)
        if source.pk == target.pk or source.user_id not in (None, target.user_id):
            return target
        _move_usage(source, target, clock.now())
        _move_charges(source, target)
        source.concepts.update(session=target)
        source.adoptions.all().delete()
        _move_learning_sessions(source, target)
        _combine_preferences(source, target)
        source.aliases.update(merged_into=target)
        source.merged_into = target
        source.save(update_fields=["merged_into", "preferences"])
        return target


def _move_learning_sessions(source: AnonymousSession, target: AnonymousSession) -> None:
    """Moves the learning sessions; undoing an adoption of ``target`` will give them back."""
    moved = learning_sessions.hand_over(source, target)
    if moved:
        for adoption in target.adoptions.filter(undone_at=None):
            adoption.moved += moved
            adoption.save(update_fields=["moved"])


def _move_charges(source: AnonymousSession, target: AnonymousSession) -> None:
    """Moves the charges. For a key that both sessions used, a retry finds the target's charge."""
    taken = target.charges.filter(quota=OuterRef("quota"), key=OuterRef("key"))
    source.charges.filter(Exists(taken)).update(key=None)
    source.charges.update(session=target)


def _move_usage(source: AnonymousSession, target: AnonymousSession, now: datetime) -> None:
    own = {row.quota: row for row in target.usage.select_for_update()}
    for row in source.usage.select_for_update():
        if row.quota in own:
            _add(own[row.quota], row, now)
            _extend_charges(own[row.quota], row, now)
            row.delete()
        else:
            row.session = target
            row.save(update_fields=["session"])


def _add(into: Usage, row: Usage, now: datetime) -> None:
    """Adds the running windows up, ending with the later one, so that no unit is freed early."""
    ends = [each.resets_at for each in (into, row) if each.used_at(now) and each.resets_at]
    into.used = into.used_at(now) + row.used_at(now)
    into.total += row.total
    if ends:
        into.resets_at = max(ends)
    into.save(update_fields=["used", "total", "resets_at"])


def _extend_charges(into: Usage, row: Usage, now: datetime) -> None:
    """Lets the charges of both running windows be refunded until the longer window ends."""
    charges = Charge.objects.filter(session__in=[into.session, row.session], quota=into.quota)
    charges.filter(resets_at__gt=now, refunded_at=None).update(resets_at=into.resets_at)


def _combine_preferences(source: AnonymousSession, target: AnonymousSession) -> None:
    """Adds those of the source's preferences that the target lacks, unless that gets too large."""
    both = source.preferences | target.preferences
    if both != target.preferences and fits(both, app_settings.MAX_PREFERENCES_BYTES):
        target.preferences = both
        target.save(update_fields=["preferences"])
    source.preferences = {}
