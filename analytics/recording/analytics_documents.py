"""Stores the analytics that a client posts."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.dateparse import parse_datetime

from sessions_core.clock import now

from ..models import AnalyticsDocument, AnalyticsEntry, AnalyticsList, TherapistSession

# The member that dates an element of a part. A date without a time means midnight UTC.
DATED_BY: dict[str, str] = {
    AnalyticsList.SESSION_METRICS: "date",
    AnalyticsList.PROGRESS_SNAPSHOTS: "timestamp",
}


def replace(session: TherapistSession, parts: dict[str, Any]) -> None:
    """Replaces the posted analytics by ``parts``, JSON under the names of ``AnalyticsList``."""
    AnalyticsDocument.objects.filter(session=session).delete()
    document = AnalyticsDocument.objects.create(
        session=session, posted=list(parts), recorded_at=now()
    )
    AnalyticsEntry.objects.bulk_create(
        AnalyticsEntry(
            document=document, part=part, position=position, at=_dated(part, body), body=body
        )
        for part, content in parts.items()
        for position, body in enumerate(content if isinstance(content, list) else [content])
    )


def _dated(part: str, body: dict[str, Any]) -> datetime | None:
    """Returns when the element is dated. The serializer has checked that the text is a date."""
    if part not in DATED_BY:
        return None
    text = body[DATED_BY[part]]
    moment = parse_datetime(text)
    if moment is None:
        moment = datetime.combine(date.fromisoformat(text), time.min)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
