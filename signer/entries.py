"""Small files, read strictly: each entry is asked for by name and type, none may be missing, unknown or there twice.

JSON is read here, TOML by `scheme/rule_file.py`. Nothing is converted: true is no number, and no text is one.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from typing import Any, ClassVar, Self, TypeVar

from signer.errors import SignerError

T = TypeVar("T")

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass
class Entries(ABC):
    """One table of a file. Each getter takes its key off the list of unknown ones; `finish` refuses the rest."""

    A_TABLE: ClassVar[str] = "a table"
    TABLES: ClassVar[str] = "an array of tables"
    """What messages call the two shapes."""

    values: Mapping[str, Any]
    asked: set[str] = field(default_factory=set, init=False)

    @abstractmethod
    def refuse(self, message: str, *key: str | int) -> SignerError:
        """Return the error to raise about a key of this table, or about the table itself."""

    @abstractmethod
    def inside(self, values: Mapping[str, Any], *key: str | int) -> Self:
        """Return the table that stands at `key`."""

    def take(self, key: str, kind: type[T], expected: str, default: T | None = None) -> T:
        """Return the value of a key, or the default if the key is missing and a default is given."""
        self.asked.add(key)
        if key not in self.values:
            if default is None:
                raise self.refuse(f"{key} is missing, {expected} was expected")
            return default
        value = self.values[key]
        # Exactly this type: true is no number, and a time of day is no date.
        if type(value) is not kind:
            raise self.refuse(f"{key} was expected to be {expected}", key)
        return value

    def number(self, key: str) -> int:
        """Return a whole number above zero."""
        value = self.take(key, int, "a whole number")
        if value <= 0:
            raise self.refuse(f"{key} is {value}, a number above zero was expected", key)
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        return self.take(key, bool, "true or false", default)

    def strings(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of different texts, not empty unless a default is given and the key is missing."""
        values: list[Any] = self.take(key, list, "a list of texts", None if default is None else list(default))
        if key in self.values and not (values and all(isinstance(value, str) and value for value in values)):
            raise self.refuse(f"{key} was expected to be a list of texts", key)
        if len(set(values)) != len(values):
            raise self.refuse(f"{key} names something twice", key)
        return tuple(values)

    def table(self, key: str) -> Self:
        """Return a table within this one, not empty."""
        values = self.take(key, dict, self.A_TABLE)
        if not values:
            raise self.refuse(f"{key} is empty", key)
        return self.inside(values, key)

    def tables(self, key: str, default: list[Any] | None = None) -> list[Self]:
        """Return the tables of an array, at least one unless a default is given."""
        values = self.take(key, list, self.TABLES, default)
        if (not values and default is None) or not all(isinstance(value, dict) for value in values):
            raise self.refuse(f"{key} was expected to be {self.TABLES}", key)
        return [self.inside(value, key, index) for index, value in enumerate(values)]

    def names(self) -> tuple[str, ...]:
        """Return the keys of a table that is open to any, such as one for each country."""
        self.asked.update(self.values)
        return tuple(self.values)

    def finish(self) -> None:
        """Refuse keys that nobody has asked for: a slip in a name must not switch a rule off."""
        for key in self.values:
            if key not in self.asked:
                raise self.refuse(f"{key} is not known here", key)


@dataclass
class JsonEntries(Entries):
    """One object of a JSON file.

    what: how messages name the file. refusal: the error raised for it.
    """

    A_TABLE: ClassVar[str] = "an object"
    TABLES: ClassVar[str] = "a list of objects"

    _: KW_ONLY
    what: str
    refusal: type[SignerError]

    def refuse(self, message: str, *key: str | int) -> SignerError:
        """Return the error: one line, whatever the names in the file hold."""
        line = f"{self.what}: {message}"
        return self.refusal(line if line.isprintable() else ascii(line))

    def inside(self, values: Mapping[str, Any], *key: str | int) -> Self:
        """Return the object at `key`, with the path to it in its messages."""
        return type(self)(values, what=": ".join([self.what, *map(str, key)]), refusal=self.refusal)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text, which may be empty."""
        return self.take(key, str, "a text", default)

    def formed(self, key: str, form: re.Pattern[str], expected: str) -> str:
        """Return a text of this form, matched in full."""
        text = self.take(key, str, expected)
        if not form.fullmatch(text):
            raise self.refuse(f"{key} was expected to be {expected}")
        return text

    def hex_bytes(self, key: str, length: int) -> bytes:
        """Return bytes written as lower-case hexadecimal digits."""
        digits = 2 * length
        return bytes.fromhex(self.formed(key, re.compile(f"[0-9a-f]{{{digits}}}"), f"{digits} hexadecimal digits"))

    def day(self, key: str) -> date:
        """Return a day in ISO form."""
        expected = "a day like 2027-05-01"
        try:
            return date.fromisoformat(self.formed(key, DAY, expected))
        except ValueError:
            raise self.refuse(f"{key} was expected to be {expected}") from None

    def require_format(self, form: str) -> None:
        """Return if the entry "format" says this one."""
        self.asked.add("format")
        if self.values.get("format") != form:
            raise self.refuse(f"it does not say {form!r}")


def read_json(content: bytes, *, what: str, refusal: type[SignerError]) -> JsonEntries:
    """Return the outermost object of a JSON file; raises `refusal`."""
    try:
        value = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise refusal(f"{what}: it is not JSON, or has an entry twice") from None
    if not isinstance(value, dict):
        raise refusal(f"{what}: a JSON object was expected")
    return JsonEntries(value, what=what, refusal=refusal)


def write_json(form: str, entries: dict[str, object]) -> bytes:
    """Return a file of this format: indented, for people to read aloud."""
    return json.dumps({"format": form, **entries}, indent=2).encode() + b"\n"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("an entry is there twice")
    return entries
