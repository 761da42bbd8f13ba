"""Pages kept in the process: for a while, and up to a size."""

from sessions_core.queries.pages import Pages


def test_a_page_is_kept_for_its_time() -> None:
    now = [0.0]
    pages = Pages(10_000, clock=lambda: now[0])
    pages.put("a", 1, b"page", 60)
    now[0] = 59.9
    assert pages.get("a", 1) == b"page"
    now[0] = 60
    assert pages.get("a", 1) is None


def test_what_was_made_from_something_else_is_forgotten() -> None:
    pages = Pages(10_000)
    pages.put("a", 1, b"page", 60)
    assert "a" in pages
    assert pages.get("a", 2) is None
    assert "a" not in pages
    assert pages.get("a", 1) is None


def test_what_was_unused_for_longest_makes_room() -> None:
    page = b"x" * 1000
    pages = Pages(3 * (len(page) + Pages.OVERHEAD))
    for key in ("a", "b", "c"):
        pages.put(key, 1, page, 60)
    pages.get("a", 1)
    pages.put("d", 1, page, 60)
    assert [key for key in "abcd" if pages.get(key, 1)] == ["a", "c", "d"]


def test_what_is_forgotten_leaves_its_room() -> None:
    page = b"x" * 1000
    pages = Pages(2 * (len(page) + Pages.OVERHEAD))
    for mark in range(9):
        pages.put("a", mark, page, 60)
        pages.get("a", mark + 1)
    pages.put("b", 1, page, 60)
    pages.put("c", 1, page, 60)
    assert pages.get("b", 1) == pages.get("c", 1) == page


def test_a_page_larger_than_the_room_is_not_kept() -> None:
    pages = Pages(5000)
    pages.put("a", 1, b"x" * 5000, 60)
    assert pages.get("a", 1) is None
    pages.put("b", 1, b"x", 60)
    pages.put("b", 1, b"y", 60)
    assert pages.get("b", 1) == b"y"
    pages.clear()
    assert pages.get("b", 1) is None
