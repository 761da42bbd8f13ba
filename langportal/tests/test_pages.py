"""Tests of the home page and the error pages, without their script."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse

from langportal.demo.people import PASSWORD
from sessions_core.models import Activity, Item
from sessions_core.models.activity import ActivityType

RELIED_ON = [
    "unfold/fonts/inter/styles.css",
    "unfold/fonts/inter/Inter-Regular.woff2",
    "unfold/js/chart/chart.js",
    "unfold/js/htmx/htmx.js",
    "unfold/js/alpine/alpine.js",
    "langportal/js/app.js",
    "langportal/css/page.css",
    "langportal/mark.svg",
]


@pytest.mark.parametrize("name", RELIED_ON)
def test_files_of_packages_that_pages_load_are_there(name: str) -> None:
    assert finders.find(name), f"{name} is gone: a page that loads it breaks without a word"


def test_the_mark_is_also_where_browsers_look_for_it_unasked() -> None:
    response = Client().get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith("/langportal/mark.svg")


@pytest.mark.django_db
class TestHome:
    def test_says_how_to_get_words_when_there_are_none(self, client: Client) -> None:
        page = client.get("/").content.decode()
        assert "load_starter_catalogue" in page
        assert "<select" not in page

    def test_offers_what_is_answered_by_typing(self, client: Client) -> None:
        words = Activity.objects.create(key="w", name="Words <i>for</i> all", target_language="es")
        Item.objects.create(activity=words, key="a", position=0, prompt="hello", answer="hola")
        Item.objects.create(
            activity=words, key="b", position=1, prompt="bye", answer="adiós", is_active=False
        )
        poses = Activity.objects.create(key="p", name="Morning flow", type=ActivityType.SEQUENCE)
        Item.objects.create(activity=poses, key="a", position=0, prompt="Tree", type="pose")
        Activity.objects.create(key="e", name="Nothing in it")
        page = client.get("/").content.decode()
        assert "Words &lt;i&gt;for&lt;/i&gt; all (1)" in page
        assert 'data-target="es"' in page
        assert "Morning flow" not in page
        assert "Nothing in it" not in page
        assert "hola" not in page

    def test_demo_passwords_are_shown_in_a_demo_only(self, client: Client) -> None:
        with override_settings(DEMO=True):
            assert PASSWORD in client.get("/").content.decode()
        with override_settings(DEMO=False):
            assert PASSWORD not in client.get("/").content.decode()

    def test_nothing_on_it_breaks_the_strict_policy(self, client: Client) -> None:
        page = client.get(reverse("home")).content.decode()
        for forbidden in ("style=", "onclick=", "<style", "javascript:", "http://", "https://"):
            assert forbidden not in page


@override_settings(DEBUG=False)
def test_an_unknown_page_is_a_404_with_a_way_back(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_the_page_for_a_fault_of_ours_needs_no_database(rf: object) -> None:
    from django.views.defaults import server_error

    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "safe" in response.content.decode()
