"""Names the operator of a command, for records of what it did."""

import getpass
import os


def operator() -> str:
    """Returns the operating system's account, or its number if it has no name."""
    try:
        return f"command run by {getpass.getuser()}"
    except (KeyError, OSError):
        return f"command run by uid {os.getuid()}"
