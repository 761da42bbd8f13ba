"""The stretches of time that readers may ask for, back from now."""

from datetime import timedelta

RANGES = {
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
}
