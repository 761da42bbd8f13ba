"""Health views. django-health-check responds with 500, has no state "degraded" and can hang."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import probes


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Says that the process is alive. A lost database must not make a supervisor restart it."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Says whether to send requests: ``ready``, ``degraded`` without Redis, or 503."""
    checks = probes.run(database=probes.database, redis=probes.cache_server)
    if checks["database"] != probes.OK:
        return JsonResponse({"status": "unavailable", "checks": checks}, status=503)
    status = "degraded" if checks["redis"] == probes.UNREACHABLE else "ready"
    return JsonResponse({"status": status, "checks": checks})
