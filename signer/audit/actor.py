"""Who did something, as the audit log names them."""

import getpass
import os


def command_line() -> str:
    """Return the actor of a command: the user of the operating system who typed it, or for whom a timer runs it."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"command:{os.getuid()}"
