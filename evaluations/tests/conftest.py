import pytest


@pytest.fixture
def clinic(db: None):
    from analytics.tests.people import (
        make_clinic,  # Models exist only once the settings are chosen.
    )

    return make_clinic()
