from django.urls import re_path

from sessions_core.rest.routes import both
from sessions_core.rest.views import catch_all

from . import views
from .errors import AccountsDialect

urlpatterns = [
    *both("token/", views.SignIn.as_view(), "token"),
    *both("token/refresh", views.Refresh.as_view(), "token-refresh"),
    *both("token/verify", views.Verify.as_view(), "token-verify"),
    *both("token/revoke", views.Revoke.as_view(), "token-revoke"),
    *both("register", views.Register.as_view(), "register"),
    re_path(r"^token/[\s\S]*$", catch_all(AccountsDialect())),
]
