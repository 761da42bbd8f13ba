from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anonymous_sessions.decorators import charged
from anonymous_sessions.permissions import RefundsFailures, charges_quota


@charged("drawing")
def draw(request: HttpRequest) -> HttpResponse:
    if "explode" in request.GET:
        raise RuntimeError
    return JsonResponse({}, status=int(request.GET.get("status", 200)))


@charged("drawing")
async def draw_async(request: HttpRequest) -> HttpResponse:
    return JsonResponse({}, status=int(request.GET.get("status", 200)))


class Write(RefundsFailures, APIView):
    permission_classes = [charges_quota("writing")]

    def post(self, request: Request) -> Response:
        return Response({}, status=int(request.query_params.get("status", 200)))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("anonymous_sessions.urls")),
    path("draw", draw),
    path("draw-async", draw_async),
    path("write", Write.as_view()),
]
