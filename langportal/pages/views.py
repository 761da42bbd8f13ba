"""The home page. Its script uses the public API alone."""

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
    """Shows the home page, with the demo's accounts if ``DEMO`` is set."""
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
    """Redirects to the icon, since browsers request this address for a JSON response."""
    return redirect(static("langportal/mark.svg"))


def _to_practise() -> QuerySet[Activity]:
    """Returns the activities with typed answers, which guided sequences do not have."""
    return (
        Activity.objects.filter(is_active=True)
        .exclude(type=ActivityType.SEQUENCE)
        .annotate(size=Count("items", filter=Q(items__is_active=True)))
        .filter(size__gt=0)
        .order_by("pk")[:200]
    )
