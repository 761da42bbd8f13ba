"""Rebuilds the word index after a change of keys, because its digests depend on the key."""

from django.db import transaction

from analytics.crypto.index import digests
from analytics.crypto.keyring import keyring

from .models import Evaluation, EvaluationWord
from .recording import index, indexed_text


def reindex() -> int:
    """Rebuilds each index that is not under the newest key; returns how many those were."""
    moved = 0
    for pk in Evaluation.objects.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            evaluation = Evaluation.objects.select_for_update().filter(pk=pk).first()
            if evaluation is not None and not _is_current(evaluation):
                index(evaluation)
                moved += 1
    return moved


def _is_current(evaluation: Evaluation) -> bool:
    kept = EvaluationWord.objects.filter(evaluation=evaluation).values_list("digest", flat=True)
    return {bytes(digest) for digest in kept} == digests(indexed_text(evaluation), keyring().newest)
