import pytest
from django.core.cache import cache

from sessions_core.rest import limit_stores


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    """Rate limits and cached pages live outside the database, which alone is rolled back."""
    cache.clear()
    limit_stores.forget()
