"""The word index follows the keys: its digests are made anew from the text."""

from django.db import transaction

from analytics.crypto.index import digests
from analytics.crypto.keyring import keyring

from .models import Evaluation, EvaluationWord
from .recording import index


def reindex() -> int:
    """Evaluations whose words were under another key than the newest."""
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
    text = f"{evaluation.feedback}\n{evaluation.comments}"
    return {bytes(digest) for digest in kept} == digests(text, keyring().newest)
