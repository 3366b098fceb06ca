"""Reads the small JSON files of a ceremony: each entry by name and form, none missing, unknown or there twice."""

import json
import re
from datetime import date

from signer.errors import SignerError

REGISTRATION_NUMBER = re.compile(r"[0-9]{4}/[0-9]{6}")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
ORIGIN = re.compile(r"[!-*,-~]{1,200}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Entries:
    """The entries of one file, taken out one by one.

    what: how messages name the file. form: the value of its entry "format". refusal: the error raised for it.
    """

    def __init__(self, content: bytes, *, what: str, form: str, refusal: type[SignerError]) -> None:
        self.what, self.refusal = what, refusal
        try:
            value = json.loads(content, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise refusal(f"the {what} is not JSON, or has an entry twice") from None
        self.left: dict[str, object] = value if isinstance(value, dict) else {}
        if self.left.pop("format", None) != form:
            raise refusal(f"the {what} does not say {form!r}")

    def text(self, name: str, form: re.Pattern[str]) -> str:
        """Return a text of this form, matched in full."""
        entry = self.left.pop(name, None)
        if not isinstance(entry, str) or not form.fullmatch(entry):
            raise self.refusal(f"the {self.what}'s {name} is missing or malformed")
        return entry

    def bytes_of(self, name: str, length: int) -> bytes:
        """Return bytes written as lower-case hexadecimal digits."""
        return bytes.fromhex(self.text(name, re.compile(rf"[0-9a-f]{{{2 * length}}}")))

    def flag(self, name: str) -> bool:
        """Return true or false."""
        entry = self.left.pop(name, None)
        if not isinstance(entry, bool):
            raise self.refusal(f"the {self.what}'s {name} is not true or false")
        return entry

    def day(self, name: str) -> date:
        """Return a day in ISO form."""
        try:
            return date.fromisoformat(self.text(name, DAY))
        except ValueError:
            raise self.refusal(f"the {self.what}'s {name} is not a day") from None

    def require_all_read(self) -> None:
        """Return if nothing is left."""
        if self.left:
            raise self.refusal(f"the {self.what} has entries that do not belong in it")


def write_entries(form: str, entries: dict[str, object]) -> bytes:
    """Return the file's bytes: indented, for people to read aloud."""
    return json.dumps({"format": form, **entries}, indent=2).encode() + b"\n"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("an entry is there twice")
    return entries
