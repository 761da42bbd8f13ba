"""``/api/v1/sessions/``: the portal and guided practice side by side.

What is written out comes before ``<session_id>``, which would match it too.
"""

from django.urls import re_path

from ..rest.views import catch_all
from .portal.errors import PORTAL
from .portal.urls import urlpatterns as portal
from .practice.urls import beside_the_portal
from .shared_addresses import urlpatterns as shared

urlpatterns = [*portal, *beside_the_portal, *shared, re_path("", catch_all(PORTAL))]
