"""``analyticsData`` of a session: the posted parts as they were sent, the others computed."""

from typing import Any

from .deriving import Subject, derive
from .models import AnalyticsDocument, AnalyticsEntry, AnalyticsList


def analytics_data(subject: Subject) -> dict[str, Any]:
    posted = _posted(subject)
    return {
        part: posted[part] if part in posted else derive(subject, part)
        for part in AnalyticsList.values
    }


def _posted(subject: Subject) -> dict[str, Any]:
    """Parts the client sent, in their order, the dated ones from ``subject.since`` on."""
    document = AnalyticsDocument.objects.filter(session=subject.session).first()
    if document is None:
        return {}
    parts: dict[str, Any] = {part: [] for part in document.posted}
    entries = AnalyticsEntry.objects.filter(document=document)
    if subject.since is not None:
        entries = entries.exclude(at__lt=subject.since)
    for entry in entries:
        parts[entry.part].append(entry.body)
    if AnalyticsList.COMPARATIVE_DATA in parts:
        (parts[AnalyticsList.COMPARATIVE_DATA],) = parts[AnalyticsList.COMPARATIVE_DATA]
    return parts
