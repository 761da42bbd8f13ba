"""The addresses of the product, with a line for each surface."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from langportal.accounts.admin_login import admin_login
from sessions_core.rest.routes import both
from sessions_core.surfaces import aliases

urlpatterns = [
    # Django tries addresses in order, and most requests are for these.
    path("api/v1/sessions/", include("sessions_core.surfaces.sessions_urls")),
    path("", include("langportal.pages.urls")),
    path("", include("langportal.health.urls")),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("api/", include("langportal.accounts.urls")),
    *both("api/schema/", SpectacularAPIView.as_view(), "schema"),
    *both("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), "docs"),
    path("api/", include("sessions_core.realtime.urls")),
    path("api/v1/practice/sessions/", include("sessions_core.surfaces.practice.urls")),
    path("api/exercises/", include("sessions_core.surfaces.exercises.urls")),
    # The source documents' examples use these aliases; the API documents leave them out.
    path("v1/sessions/", include(aliases.sessions)),
    path("exercises/", include(aliases.exercises)),
    path("api/", include("anonymous_sessions.urls")),
    # These have a catch-all, so they come last below /api/session/ and /api/evaluation.
    path("api/session/", include("analytics.urls")),
    path("api/", include("evaluations.urls")),
]
