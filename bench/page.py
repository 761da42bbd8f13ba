"""docs/performance.md: every measurement writes the sections that are its own."""

import re
from collections.abc import Mapping

from .places import ROOT

PATH = ROOT / "docs" / "performance.md"
# In the order in which they stand; the beginning of the page has no heading.
ORDER = (
    "",
    "The bar",
    "Rates and latencies",
    "Sessions begun, ended and read",
    "Growth",
    "Memory and start",
    "Live events",
)


def put(sections: Mapping[str, str]) -> None:
    """Write ``sections``, by heading, and keep the others as they are."""
    found = {**_read(), **sections}
    parts = [
        f"## {heading}\n\n{found[heading].strip()}\n" if heading else f"{found[heading].strip()}\n"
        for heading in ORDER
        if heading in found
    ]
    PATH.write_text("\n".join(parts))


def _read() -> dict[str, str]:
    text = PATH.read_text() if PATH.exists() else ""
    start, *rest = re.split(r"^## ", text, flags=re.MULTILINE)
    return {"": start} | {heading: body for heading, _, body in (r.partition("\n") for r in rest)}
