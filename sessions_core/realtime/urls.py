"""The sockets' document, as a file for tools."""

from django.http import HttpRequest, JsonResponse
from django.urls import re_path
from django.views.decorators.http import require_safe

from .asyncapi import document


@require_safe
def asyncapi(request: HttpRequest) -> JsonResponse:
    return JsonResponse(document())


urlpatterns = [re_path(r"^asyncapi\.json/?$", asyncapi, name="asyncapi")]
