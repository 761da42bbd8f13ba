"""The errors of sign-in and registration, in the portal's error format."""

from sessions_core.errors import SessionError
from sessions_core.surfaces.portal.errors import PortalDialect


class UsernameTaken(SessionError):
    code = "username_taken"
    message = "This username is taken"


class AccountsDialect(PortalDialect):
    name = "accounts"
    table = {**PortalDialect.table, UsernameTaken: (409, "username_taken")}
