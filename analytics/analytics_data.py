"""Builds ``analyticsData``: posted parts are returned as sent, all other parts are computed."""

from typing import Any

from .deriving import AnalyticsTarget, derive
from .models import AnalyticsDocument, AnalyticsEntry, AnalyticsList


def analytics_data(target: AnalyticsTarget) -> dict[str, Any]:
    posted = _posted(target)
    return {
        part: posted[part] if part in posted else derive(target, part)
        for part in AnalyticsList.values
    }


def _posted(target: AnalyticsTarget) -> dict[str, Any]:
    """Returns the parts that the client posted, without entries dated before ``target.since``."""
    document = AnalyticsDocument.objects.filter(session=target.session).first()
    if document is None:
        return {}
    parts: dict[str, Any] = {part: [] for part in document.posted}
    entries = AnalyticsEntry.objects.filter(document=document)
    if target.since is not None:
        entries = entries.exclude(at__lt=target.since)
    for entry in entries:
        parts[entry.part].append(entry.body)
    if AnalyticsList.COMPARATIVE_DATA in parts:
        (parts[AnalyticsList.COMPARATIVE_DATA],) = parts[AnalyticsList.COMPARATIVE_DATA]
    return parts
