"""What the documents name is there: functions, other documents, addresses within the repository."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "how-an-answer-is-recorded.md"
MAX_LINES = 120
PACKAGES = ("analytics", "anonymous_sessions", "evaluations", "langportal", "sessions_core")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

# The changelog also names what was.
CURRENT = [page for page in DOCUMENTS if page not in (PAGE, ROOT / "CHANGELOG.md")]

NAME = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def names_on(page: Path) -> list[str]:
    return sorted(set(NAME.findall(page.read_text())))


def resolve(name: str) -> object:
    """The module, class, function or method called ``name``. Raises ``AttributeError``."""
    package, *rest = name.split(".")
    found: object = import_module(package)
    path = package
    for part in rest:
        path = f"{path}.{part}"
        if not hasattr(found, part):
            try:
                found = import_module(path)
            except ModuleNotFoundError as error:
                raise AttributeError(f"There is no {path}") from error
        else:
            found = getattr(found, part)
    return found


def is_outside(link: str) -> bool:
    return link.startswith(("http://", "https://", "mailto:"))


def test_the_way_of_an_answer_is_told_on_one_page() -> None:
    assert len(PAGE.read_text().splitlines()) <= MAX_LINES
    assert len(names_on(PAGE)) > 30


@pytest.mark.parametrize("name", names_on(PAGE))
def test_what_an_answer_passes_is_called_so(name) -> None:
    resolve(name)


@pytest.mark.parametrize("document", CURRENT, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_what_is_gone(document) -> None:
    for name in names_on(document):
        resolve(name)


def test_a_name_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AttributeError):
        resolve("sessions_core.lifecycle.answer.nothing_of_this_name")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(document) -> None:
    links = LINK.findall(CODE.sub("", document.read_text()))
    paths = [link.partition("#")[0] for link in links if not is_outside(link)]

    assert [path for path in paths if path and not (document.parent / path).exists()] == []
