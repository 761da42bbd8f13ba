import pytest


@pytest.fixture
def clinic(db: None):
    # pytest imports this file before the settings are chosen, which models need.
    from analytics.tests.people import make_clinic

    return make_clinic()
