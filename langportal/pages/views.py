"""The first page. Everything on it that changes is fetched by its script through the API."""

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from sessions_core.models import Activity
from sessions_core.models.activity import ActivityType

from ..demo.people import LEARNERS, PASSWORD


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and a session to practise. Demo sign-ins are shown where ``DEMO`` is set."""
    return render(
        request,
        "pages/home.html",
        {
            "activities": _to_practise(),
            "demo_names": LEARNERS if settings.DEMO else [],
            "demo_password": PASSWORD if settings.DEMO else "",
        },
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For what is not a page of ours, an answer in JSON say, browsers ask at this address."""
    return redirect(static("langportal/mark.svg"))


def _to_practise() -> QuerySet[Activity]:
    """Activities answered by typing; a guided sequence is held, not typed."""
    return (
        Activity.objects.filter(is_active=True)
        .exclude(type=ActivityType.SEQUENCE)
        .annotate(size=Count("items", filter=Q(items__is_active=True)))
        .filter(size__gt=0)
        .order_by("pk")[:200]
    )
