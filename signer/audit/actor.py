"""Actors as the audit log names them: an account by its number, a command by its user."""

import getpass
import os

SERVICE = "service"
"""The service itself, where nobody is known to have acted."""


def actor_of(account_id: int | str) -> str:
    """Return the name of an account in the audit log: its number, for addresses and names are not to stand there."""
    return f"account:{account_id}"


def command_line() -> str:
    """Return the actor of a command: the user of the operating system who typed it, or for whom a timer runs it."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"command:{os.getuid()}"
