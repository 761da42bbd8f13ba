"""Lists years, months and days for a date hierarchy without reading the whole table."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Max, Min, Model, QuerySet
from django.utils import timezone


class PeriodsQuerySet(QuerySet[Model]):
    """For an admin's ``date_hierarchy``, which calls ``datetimes`` for the periods with rows.

    It returns all periods between the first and the last row, which an index finds. Leaving out
    empty periods would mean to read all rows for every page.
    """

    def datetimes(self, field_name: str, kind: str, *args: Any, **kwargs: Any) -> Any:
        ends = self.aggregate(first=Min(field_name), last=Max(field_name))
        if ends["first"] is None:
            return []
        first, last = (timezone.localtime(cast(datetime, end)) for end in ends.values())
        return list(_periods(first, last, kind))


def _periods(first: datetime, last: datetime, kind: str) -> Iterator[datetime]:
    period = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if kind != "day":
        period = period.replace(day=1, month=1 if kind == "year" else period.month)
    while period <= last:
        yield period
        # 32 days later is always in the next month, 367 in the next year.
        later = period + timedelta(days={"day": 1, "month": 32, "year": 367}[kind])
        period = later if kind == "day" else later.replace(day=1)
        period = period.replace(month=1) if kind == "year" else period
