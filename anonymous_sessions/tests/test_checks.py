"""Tests that ``manage.py check`` reports contradictory settings, and no valid ones."""

import pytest
from django.core.checks import run_checks

STORAGE = {"concept_storage": {"counter": "concepts_stored", "limit": None}}


def found(deploy=False):
    ids = (each.id for each in run_checks(include_deployment_checks=deploy))
    return [each for each in ids if each.startswith("anonymous_sessions.")]


def test_the_defaults_are_sound(settings):
    for name in [each for each in dir(settings) if each.startswith("ANONYMOUS_SESSIONS_")]:
        delattr(settings, name)
    assert found(deploy=True) == []


@pytest.mark.parametrize(
    "quota",
    [
        {"limit": 10},
        {"counter": None, "limit": 10},
        {"counter": "n", "limit": -1},
        {"counter": "n", "limit": "10"},
        {"counter": "n", "limit": 1.5},
        {"counter": "n", "limit": True},
        {"counter": "n", "limit": 10, "window": "weekly"},
        {"counter": "n", "limit": 10, "window": "rolling"},
        {"counter": "n", "limit": 10, "window": "fixed", "seconds": 0},
        {"counter": "n", "limit": 10, "window": "rolling", "seconds": -60},
        {"counter": "n", "limit": 10, "window": "rolling", "seconds": "60"},
        {"counter": "n", "limit": 10, "period": 60},
    ],
)
def test_a_faulty_quota_is_named(settings, quota):
    settings.ANONYMOUS_SESSIONS_QUOTAS = {**STORAGE, "faulty": quota}
    (fault,) = (each for each in run_checks() if each.id == "anonymous_sessions.E001")
    assert fault.obj == "faulty"
    assert "'faulty'" in fault.hint


@pytest.mark.parametrize(
    "quota",
    [
        {"counter": "n", "limit": None},
        {"counter": "n", "limit": 0},
        {"counter": "n", "limit": 10},
        {"counter": "n", "limit": 10, "window": "calendar_month", "seconds": 0},
        {"counter": "n", "limit": 10, "window": "fixed", "seconds": 86400},
    ],
)
def test_a_sound_quota_is_not(settings, quota):
    settings.ANONYMOUS_SESSIONS_QUOTAS = {**STORAGE, "sound": quota}
    assert found() == []


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_quotas_name_must_fit_its_column(settings, name):
    settings.ANONYMOUS_SESSIONS_QUOTAS = {**STORAGE, name: {"counter": "n"}}
    assert found() == ["anonymous_sessions.E001"]


def test_storing_needs_a_quota(settings):
    settings.ANONYMOUS_SESSIONS_STORAGE_QUOTA = "elsewhere"
    assert found() == ["anonymous_sessions.E002"]


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("LIFETIME_DAYS", 0, 3),
        ("LIFETIME_DAYS", -30, 3),
        ("TRANSFER_MINUTES", 0, 3),
        ("UNDO_HOURS", "24", 3),
        ("MAX_CONCEPT_BYTES", 0, 3),
        ("MAX_PREFERENCES_BYTES", 1.5, 3),
        ("MAX_DEPTH", 0, 3),
        ("MAX_CONCEPTS", -1, 3),
        ("TOUCH_SECONDS", -1, 4),
        ("TOUCH_SECONDS", 3601, 4),
        ("GUEST_PATHS", "/api/v1/sessions/", 5),
        ("GUEST_PATHS", ["/"], 5),
        ("GUEST_PATHS", [""], 5),
        ("GUEST_PATHS", ["api/v1/sessions/"], 5),
        ("GUEST_PATHS", [None], 5),
    ],
)
def test_other_contradictions_are_named(settings, name, value, number):
    setattr(settings, f"ANONYMOUS_SESSIONS_{name}", value)
    assert found() == [f"anonymous_sessions.E00{number}"]


def test_a_cookie_over_plain_http_is_warned_of_where_it_is_deployed(settings):
    settings.ANONYMOUS_SESSIONS_COOKIE_SECURE = False
    assert found() == []
    assert found(deploy=True) == ["anonymous_sessions.W001"]
    settings.ANONYMOUS_SESSIONS_COOKIE_SECURE = True
    assert found(deploy=True) == []
