"""Small views of our own: django-health-check answers 500, knows no "degraded" and can hang."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import probes


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """The process is alive. Asks nothing else, so that a lost database restarts no process."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether to send requests here: ``ready``, ``degraded`` without Redis, or 503."""
    checks = probes.ask(database=probes.database, redis=probes.cache_server)
    if checks["database"] != probes.OK:
        return JsonResponse({"status": "unavailable", "checks": checks}, status=503)
    status = "degraded" if checks["redis"] == probes.UNREACHABLE else "ready"
    return JsonResponse({"status": status, "checks": checks})
