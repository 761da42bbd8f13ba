"""Analytics as a client posted them."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.dateparse import parse_datetime

from sessions_core.clock import now

from ..models import AnalyticsDocument, AnalyticsEntry, AnalyticsList, TherapistSession

# What dates an element of a part. A date without a time is its day's beginning in UTC.
DATED_BY: dict[str, str] = {
    AnalyticsList.SESSION_METRICS: "date",
    AnalyticsList.PROGRESS_SNAPSHOTS: "timestamp",
}


def replace(session: TherapistSession, parts: dict[str, Any]) -> None:
    """Keep ``parts`` (JSON under the names of ``AnalyticsList``) in place of what was there."""
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
    """The serializer has seen to it that the text is a date."""
    if part not in DATED_BY:
        return None
    text = body[DATED_BY[part]]
    moment = parse_datetime(text)
    if moment is None:
        moment = datetime.combine(date.fromisoformat(text), time.min)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
