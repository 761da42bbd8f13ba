"""Tests that the access log has no query strings."""

import logging

import pytest


def test_no_query_string_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    access = logging.getLogger("uvicorn.access")
    path = "/api/evaluation?search=seldomword&reason=complaint+12"
    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        access.addHandler(caplog.handler)
        try:
            access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 200)
        finally:
            access.removeHandler(caplog.handler)
    assert "GET /api/evaluation HTTP/1.1" in caplog.text
    assert "seldomword" not in caplog.text
    assert "complaint" not in caplog.text
