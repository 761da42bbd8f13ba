"""Who is asking, as every surface, socket and verb knows them."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user (``user_id``) or the holder of an anonymous session (``guest``)."""

    user_id: int | None = None
    guest: UUID | None = None
    is_staff: bool = False

    @property
    def scope(self) -> str:
        """Names the actor in keys of limits and idempotency."""
        return f"u{self.user_id}" if self.user_id is not None else f"g{self.guest}"

    def owns(self, user_id: int | None, guest: UUID | None) -> bool:
        if self.user_id is not None:
            return self.user_id == user_id
        return self.guest is not None and self.guest == guest
