"""The values of the query parameter ``timeRange``, counted back from now."""

from datetime import timedelta

RANGES = {
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
}
