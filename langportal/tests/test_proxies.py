"""Tests that the header for the scheme is accepted from trusted proxies alone."""

import pytest


@pytest.mark.parametrize(
    ("proxies", "secure"), [([], False), (["192.0.2.1"], False), (["127.0.0.0/8"], True)]
)
@pytest.mark.django_db
def test_only_our_proxies_may_say_https(client, settings, proxies, secure) -> None:
    settings.TRUSTED_PROXIES = proxies
    response = client.get("/health", HTTP_X_FORWARDED_PROTO="https")
    assert response.wsgi_request.is_secure() is secure
