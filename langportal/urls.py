"""The map of the product: one line a surface."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("langportal.health.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("langportal.accounts.urls")),
]
