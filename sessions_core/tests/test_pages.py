"""Pages kept in the process: for a while, and up to a size."""

from sessions_core.queries.pages import Pages


def test_a_page_is_kept_for_its_time() -> None:
    now = [0.0]
    pages = Pages(10_000, clock=lambda: now[0])
    pages.put("a", b"page", 60)
    now[0] = 59.9
    assert pages.get("a") == b"page"
    now[0] = 60
    assert pages.get("a") is None


def test_what_was_unused_for_longest_makes_room() -> None:
    page = b"x" * 1000
    pages = Pages(3 * (len(page) + Pages.OVERHEAD))
    for key in ("a", "b", "c"):
        pages.put(key, page, 60)
    pages.get("a")
    pages.put("d", page, 60)
    assert [key for key in "abcd" if pages.get(key)] == ["a", "c", "d"]


def test_a_page_larger_than_the_room_is_not_kept() -> None:
    pages = Pages(5000)
    pages.put("a", b"x" * 5000, 60)
    assert pages.get("a") is None
    pages.put("b", b"x", 60)
    pages.put("b", b"y", 60)
    assert pages.get("b") == b"y"
    pages.clear()
    assert pages.get("b") is None
