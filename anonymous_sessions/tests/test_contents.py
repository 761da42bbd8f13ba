"""Tests of concepts and preferences."""

import json

import pytest

from anonymous_sessions.models import Concept

DOCUMENT = {"prompt": "a lighthouse", "palette": ["#0b3954", {"accent": None}], "ñ": "日本 😀"}


def store(visitor, document=DOCUMENT, key=None, **more):
    headers = {} if key is None else {"idempotency-key": key}
    return visitor.call("POST", "/concepts", {"document": document, **more}, **headers)


def test_a_concept_is_stored_listed_and_counted(visitor, clock):
    visitor.open()
    response = store(visitor)
    assert response.status_code == 201
    made = response.json()
    assert made["document"] == DOCUMENT
    assert made["created_at"] == "2023-04-01T12:34:56Z"
    assert visitor.call("GET", "/concepts").json() == {
        "concepts": [made],
        "total": 1,
        "limit": 50,
        "offset": 0,
    }
    assert visitor.info()["usage_stats"]["concepts_stored"] == 1


def test_concepts_are_paged_newest_first(visitor):
    visitor.open()
    for number in range(5):
        store(visitor, {"n": number})
    page = visitor.call("GET", "/concepts?limit=2&offset=1").json()
    assert [each["document"]["n"] for each in page["concepts"]] == [3, 2]
    assert page["total"] == 5


def test_generating_counts_where_the_caller_says_so(visitor):
    visitor.open()
    assert store(visitor, charge="concept_generation").status_code == 201
    assert visitor.info()["usage_stats"] == {
        "concepts_generated": 1,
        "concepts_refined": 0,
        "concepts_stored": 1,
    }


def test_a_concept_over_the_limit_is_not_stored_and_counts_nothing(visitor):
    visitor.open()
    visitor.use("concept_refinement", 10)
    assert store(visitor, charge="concept_refinement").status_code == 429
    assert visitor.info()["usage_stats"]["concepts_stored"] == 0
    assert Concept.objects.count() == 0


def test_a_retry_stores_and_charges_once(visitor):
    visitor.open()
    first, second = (store(visitor, key="a", charge="concept_generation") for _ in range(2))
    assert first.json() == second.json()
    assert Concept.objects.count() == 1
    assert visitor.info()["usage_stats"]["concepts_generated"] == 1
    assert store(visitor, {"another": 1}, key="a").status_code == 400


def test_size_depth_and_number_are_bounded(visitor, settings):
    visitor.open()
    room = 16 * 1024 - len('{"a":""}')
    assert store(visitor, {"a": "x" * room}).status_code == 201
    assert store(visitor, {"a": "x" * (room + 1)}).status_code == 413
    assert store(visitor, {"a": "é" * (room // 2 + 1)}).status_code == 413
    deep = json.loads('{"a":' * 8 + "1" + "}" * 8)
    assert store(visitor, deep).status_code == 201
    assert store(visitor, {"a": deep}).status_code == 413
    settings.ANONYMOUS_SESSIONS_MAX_CONCEPTS = 2
    assert store(visitor).status_code == 413
    assert visitor.info()["usage_stats"]["concepts_stored"] == 2


def test_a_concept_is_deleted_by_its_owner_alone(visitor, other):
    visitor.open()
    other.open()
    made = store(visitor).json()["id"]
    assert other.call("DELETE", f"/concepts/{made}").status_code == 404
    assert other.call("GET", "/concepts").json()["total"] == 0
    assert visitor.call("DELETE", f"/concepts/{made}").status_code == 204
    assert visitor.call("DELETE", f"/concepts/{made}").status_code == 404
    assert visitor.call("DELETE", "/concepts/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("method", "expected"),
    [("PUT", {"size": 2}), ("PATCH", {"theme": {"dark": True, "hue": 3}, "size": 2})],
)
def test_put_replaces_and_patch_changes(visitor, method, expected):
    mine = visitor.open()["session_id"]
    before = {"theme": {"dark": True, "hue": 1}, "gone": 1}
    visitor.call("PUT", "/preferences", {"preferences": before})
    sent = {"size": 2}
    if method == "PATCH":
        sent |= {"theme": {"hue": 3}, "gone": None}
    response = visitor.call(method, "/preferences", {"preferences": sent})
    assert response.json() == {"session_id": mine, "preferences": expected}
    assert visitor.call("GET", "/preferences").json()["preferences"] == expected


def test_patches_together_cannot_pass_the_bound(visitor):
    visitor.open()
    half = {"a": "x" * 5000}
    assert visitor.call("PATCH", "/preferences", {"preferences": half}).status_code == 200
    more = {"b": "x" * 5000}
    assert visitor.call("PATCH", "/preferences", {"preferences": more}).status_code == 413
    assert visitor.call("GET", "/preferences").json()["preferences"] == half
