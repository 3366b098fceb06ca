"""Reads one TOML file of rules strictly: each key is asked for by name, each fault is named with file and line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from signer.errors import SignerError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
TomlPath = tuple[str | int, ...]
"""Where a value stands: ("documents", "id_card", "pattern"), or ("age", 0) for the first table of an array."""

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([\w-]+|\"[^\"]*\"|'[^']*')\s*=")
_ERROR_LINE = re.compile(r"at line ([0-9]+)")


class InvalidRules(SignerError):
    """A data file is missing or cannot be used; the message names the file, the line and what was expected."""


@dataclass
class Table:
    """One table of a rule file. Each getter takes its key off the list of unknown ones; `finish` refuses the rest."""

    file: Path
    text: str
    path: TomlPath
    values: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    def refuse(self, message: str, *key: str | int) -> InvalidRules:
        """Return the error to raise about a key of this table, or about the table itself."""
        return InvalidRules(f"{self.file.name} line {find_line(self.text, (*self.path, *key))}: {message}")

    def string(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty, or the default if the key is missing and a default is given."""
        value = self._take(key, str, "a text", default)
        if value == "" and key in self.values:
            raise self.refuse(f"{key} is empty, a text was expected", key)
        return value

    def number(self, key: str) -> int:
        """Return a whole number above zero."""
        value = self._take(key, int, "a whole number", None)
        if value <= 0:
            raise self.refuse(f"{key} is {value}, a number above zero was expected", key)
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false if the key is missing."""
        return self._take(key, bool, "true or false", False)

    def day(self, key: str) -> date:
        """Return a date."""
        return self._take(key, date, "a date", None)

    def optional_day(self, key: str) -> date | None:
        """Return a date; None if the key is missing."""
        self.asked.add(key)
        return self.day(key) if key in self.values else None

    def strings(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of different texts, not empty unless a default is given and the key is missing."""
        values: list[Any] = self._take(key, list, "a list of texts", None if default is None else list(default))
        if key in self.values and not (values and all(isinstance(value, str) and value for value in values)):
            raise self.refuse(f"{key} was expected to be a list of texts", key)
        if len(set(values)) != len(values):
            raise self.refuse(f"{key} names something twice", key)
        return tuple(values)

    def choice(self, key: str, options: type[E]) -> E:
        """Return one of a closed set of words."""
        word = self.string(key)
        if word not in list(options):
            raise self.refuse(f"{key} was expected to be one of {', '.join(options)}", key)
        return options(word)

    def string_map(self, key: str) -> Mapping[str, str]:
        """Return a table of texts, not empty."""
        table = self.table(key)
        return {name: table.string(name) for name in table.names()}

    def pattern(self, key: str) -> re.Pattern[str]:
        """Return a regular expression, which is always matched in full."""
        try:
            return re.compile(self.string(key))
        except re.error as reason:
            raise self.refuse(f"{key} is no regular expression: {reason}", key) from reason

    def optional_pattern(self, key: str) -> re.Pattern[str] | None:
        """Return a regular expression; None if the key is missing."""
        self.asked.add(key)
        return self.pattern(key) if key in self.values else None

    def table(self, key: str) -> "Table":
        """Return a table within this one, not empty."""
        values = self._take(key, dict, "a table", None)
        if not values:
            raise self.refuse(f"{key} is empty", key)
        return Table(self.file, self.text, (*self.path, key), values)

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of an array such as [[age]], at least one."""
        values = self._take(key, list, "an array of tables", None)
        if not values or not all(isinstance(value, dict) for value in values):
            raise self.refuse(f"{key} was expected to be an array of tables", key)
        return [Table(self.file, self.text, (*self.path, key, index), value) for index, value in enumerate(values)]

    def names(self) -> tuple[str, ...]:
        """Return the keys of a table that is open to any, such as one for each country."""
        self.asked.update(self.values)
        return tuple(self.values)

    def finish(self) -> None:
        """Refuse keys that nobody has asked for: a slip in a name must not switch a rule off."""
        for key in self.values:
            if key not in self.asked:
                raise self.refuse(f"{key} is not known here", key)

    def refuse_before(self, earlier: date | None, key: str) -> None:
        """Refuse a day that is not after that of the table before it in the array; `earlier` is None for the first."""
        if earlier is None:
            return
        if key not in self.values:
            raise self.refuse(f"{key} is missing, only the first of several may do without")
        if self.values[key] <= earlier:
            raise self.refuse(f"{key} was expected to be after {earlier}: the newest stands last", key)

    def _take(self, key: str, kind: type[T], expected: str, default: T | None) -> T:
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


def read_rule_file(file: Path) -> Table:
    """Return the outermost table of a TOML file; raises InvalidRules."""
    try:
        text = file.read_text(encoding="utf-8")
        return Table(file, text, (), tomllib.loads(text))
    except OSError as reason:
        raise InvalidRules(f"{file.name} cannot be read: {reason.strerror}") from reason
    except UnicodeDecodeError as reason:
        line = reason.object[: reason.start].count(b"\n") + 1
        raise InvalidRules(f"{file.name} line {line}: not UTF-8") from reason
    except tomllib.TOMLDecodeError as reason:
        match = _ERROR_LINE.search(str(reason))
        line = int(match[1]) if match else len(text.splitlines())
        raise InvalidRules(f"{file.name} line {line}: {reason}") from reason


def find_line(text: str, path: TomlPath) -> int:
    """Return the number of the line where a value of a TOML text stands, or the table that should hold it.

    tomllib keeps no lines. Our files have one key on each line, so headers and keys are enough to find them.
    """
    best, best_depth, table = 1, 0, tuple[str | int, ...]()
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = _header_path(header[1], header[2], seen)
            found = table
        elif key := _KEY.match(line):
            found = (*table, key[1].strip("\"'"))
        else:
            continue
        if best_depth < len(found) <= len(path) and path[: len(found)] == found:
            best, best_depth = number, len(found)
    return best


def _header_path(brackets: str, name: str, seen: dict[str, int]) -> TomlPath:
    path = tuple(part.strip().strip("\"'") for part in name.split("."))
    if brackets == "[":
        return path
    index = seen.get(name, 0)
    seen[name] = index + 1
    return (*path, index)
