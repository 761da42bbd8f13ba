"""Who runs a command, for records of what it did."""

import getpass
import os


def operator() -> str:
    """The account of the operating system; its number where it has no name."""
    try:
        return f"command run by {getpass.getuser()}"
    except (KeyError, OSError):
        return f"command run by uid {os.getuid()}"
