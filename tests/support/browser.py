"""Chromium from the system: the test library's own download is never used."""

import os
import shutil


def find_browser() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


def launch_options() -> dict[str, object]:
    """For Playwright: no background traffic, and no sandbox as root, where it cannot work."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": find_browser(), "args": [*quiet, "--no-first-run", *as_root]}
