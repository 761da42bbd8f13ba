"""A small surface over the kit, for its tests: ``@pytest.mark.urls(__name__)`` of this module."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import path, re_path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.rest import limits
from sessions_core.rest.dialect import FastAPIErrors
from sessions_core.rest.idempotency import idempotent
from sessions_core.rest.problems import Problem
from sessions_core.rest.routes import both
from sessions_core.rest.views import SurfaceViewSet, catch_all

limits.declare("kit-test", [(3, 60), (100, 3600)], "Too many tries")


class Plainly(FastAPIErrors):
    """Shows every part of the problem."""

    name = "plainly"
    validation_status = 400

    def body(self, problem: Problem) -> dict[str, Any]:
        return {
            "code": problem.code,
            "message": problem.message,
            "fields": problem.by_field,
            "details": problem.details,
        }


class ItemSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    size = serializers.IntegerField(min_value=0, max_value=100, required=False)


class OrderSerializer(serializers.Serializer):
    items = ItemSerializer(many=True)


class KitView(SurfaceViewSet):
    dialect = Plainly()
    limits: ClassVar[dict[str, str]] = {"limited": "kit-test", "keep": "kit-test"}
    failure: ClassVar[Exception | None] = None

    def fail(self, request: Request) -> Response:
        raise self.failure

    def echo(self, request: Request) -> Response:
        return Response(request.data)

    def order(self, request: Request) -> Response:
        serializer = OrderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({})

    def limited(self, request: Request) -> Response:
        return Response({})

    @idempotent
    def refuse(self, request: Request) -> Response:
        """An action that answers with an error of its own, without raising."""
        return Response({"id": Group.objects.create(name="a").pk}, status=400)

    @idempotent
    def keep(self, request: Request) -> Response:
        serializer = ItemSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        group = Group.objects.create(name=serializer.validated_data["name"])
        return Response({"id": group.pk, "name": group.name, "share": 0.1}, status=201)


class FastAPIView(KitView):
    dialect = FastAPIErrors()


urlpatterns = [
    *both("kit/fail", KitView.as_view({"get": "fail", "post": "fail"})),
    *both("kit/echo", KitView.as_view({"post": "echo", "get": "echo"})),
    *both("kit/order", KitView.as_view({"post": "order"})),
    *both("kit/limited", KitView.as_view({"get": "limited"})),
    *both("kit/refuse", KitView.as_view({"post": "refuse"})),
    *both("kit/keep", KitView.as_view({"post": "keep"})),
    *both("fast/order", FastAPIView.as_view({"post": "order"})),
    *both("fast/fail", FastAPIView.as_view({"get": "fail"})),
    *both("fast/echo", FastAPIView.as_view({"post": "echo"})),
    re_path(r"^kit/[\s\S]*$", catch_all(Plainly())),
    path("admin/", admin.site.urls),  # The product's content policy asks where it is.
]
