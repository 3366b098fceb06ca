"""Rules for passwords. None is looked up elsewhere: a second factor is asked for too, and attempts are limited."""

from collections.abc import Iterable
from enum import StrEnum

SHORTEST, LONGEST = 12, 256
FEWEST_DIFFERENT = 6
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
COMMON = (
    "password",
    "passwort",
    "motdepasse",
    "contraseña",
    "welcome",
    "letmein",
    "iloveyou",
    "administrator",
    "changeme",
)
LEAST_OF_ONES_OWN = 6
"""Characters that must be left when names and common words are taken out."""


class Weakness(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_FEW_DIFFERENT = "too_few_different"
    TOO_COMMON = "too_common"


def weakness(password: str, *, about: Iterable[str] = ()) -> Weakness | None:
    """Return why `password` is not taken, None if it is.

    about: what everybody knows of its owner and of the service; a password must not be made of it.
    """
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    plain = password.casefold()
    if len(set(plain)) < FEWEST_DIFFERENT:
        return Weakness.TOO_FEW_DIFFERENT
    own = plain
    for known in (*COMMON, *_words(about)):
        own = own.replace(known, "")
    if len(own) < LEAST_OF_ONES_OWN or any(own in run or own in run[::-1] for run in RUNS):
        return Weakness.TOO_COMMON
    return None


def _words(about: Iterable[str]) -> Iterable[str]:
    for text in about:
        parts = text.casefold().replace("@", " ").replace(".", " ").split()
        yield from (part for part in parts if len(part) > 2)  # noqa: PLR2004 - shorter ones are in any password
