"""Each setting that would hurt a learner stops ``manage.py check`` first."""

import pytest

from sessions_core.checks import check_settings


def test_the_defaults_pass():
    assert check_settings() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("PUBLIC_ID_ALPHABET", "abc123", 1),
        ("PUBLIC_ID_ALPHABET", "aabc", 1),
        ("DEFAULT_WORD_COUNT", 0, 2),
        ("DEFAULT_DIFFICULTY", "brutal", 3),
        ("DEFAULT_TIME_LIMIT", 5, 4),
        ("DEFAULT_ZONE", "Mars/Base", 5),
        ("JUDGE", "nowhere.Judge", 6),
        ("SCHEDULER", "sessions_core.scheduling.Nobody", 6),
        ("TIME_UPDATE_SECONDS", 0, 7),
        ("TOKEN_TRUST_SECONDS", 3600, 8),
        ("LIMITS", {"progress": []}, 9),
        ("LIMITS", {"progress": [(0, 60)]}, 9),
        ("LIVE_PREFIX", "", 10),
        ("LIVE_PREFIX", "two words", 10),
    ],
)
def test_a_bad_setting_is_named(settings, name, value, number):
    setattr(settings, f"SESSIONS_{name}", value)
    (error,) = check_settings()
    assert error.id == f"sessions_core.E{number:03d}"
    assert f"SESSIONS_{name}" in error.msg
    assert error.hint


def test_middleware_that_the_fast_path_would_pass_by_is_named(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "host.middleware.SeesEverything"]
    (warning,) = check_settings()
    assert warning.id == "sessions_core.W011"
    assert "host.middleware.SeesEverything" in warning.msg
    settings.SESSIONS_FAST_PATH_PASSES_BY = [
        *settings.SESSIONS_FAST_PATH_PASSES_BY,
        "host.middleware.SeesEverything",
    ]
    assert check_settings() == []
