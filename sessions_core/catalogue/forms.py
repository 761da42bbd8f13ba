"""The words and forms that the catalogue accepts, for a judge that must not forgive them."""

from ..models import KnownForm


def is_known(form: str) -> bool:
    """Whether the normalised ``form`` is an accepted answer, or a whole word of one."""
    return KnownForm.objects.filter(pk=form).exists()
