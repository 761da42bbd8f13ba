"""Where the project is, and where the output of servers goes."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def folder_for_logs() -> Path:
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
