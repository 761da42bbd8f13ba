"""``/v1/sessions/…``, as the document's code examples call it: the same views, undocumented."""

from ...rest.routes import undocumented_twins
from .urls import urlpatterns as documented

urlpatterns = undocumented_twins(documented)
