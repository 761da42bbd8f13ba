"""How sign-in and registration speak of errors: as the portal does."""

from sessions_core.errors import SessionError
from sessions_core.surfaces.portal.errors import PortalDialect


class UsernameTaken(SessionError):
    code = "username_taken"
    message = "This username is taken"


class AccountsDialect(PortalDialect):
    name = "accounts"
    table = {**PortalDialect.table, UsernameTaken: (409, "username_taken")}
