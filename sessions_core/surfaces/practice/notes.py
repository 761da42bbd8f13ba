"""A session's notes: written and read by its owner, encrypted in between."""

from ...models import Note, Session
from ...rest.sealing import seal, unseal


def _bound_to(session: Session) -> bytes:
    return b"sessions_core.Note:%d" % session.pk


def write(session: Session, text: str) -> None:
    """Replace the notes; an empty text removes them."""
    if not text:
        Note.objects.filter(session=session).delete()
        return
    sealed = seal(text.encode(), _bound_to(session))
    Note.objects.update_or_create(session=session, defaults={"sealed": sealed})


def read(session: Session) -> str:
    note = Note.objects.filter(session=session).first()
    return unseal(bytes(note.sealed), _bound_to(session)).decode() if note else ""
