"""Reads one TOML file of rules strictly: each key is asked for by name, each fault is named with file and line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from signer.entries import Entries
from signer.errors import SignerError

E = TypeVar("E", bound=StrEnum)
TomlPath = tuple[str | int, ...]
"""Where a value stands: ("documents", "id_card", "pattern"), or ("age", 0) for the first table of an array."""

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([\w-]+|\"[^\"]*\"|'[^']*')\s*=")
_ERROR_LINE = re.compile(r"at line ([0-9]+)")


class InvalidRules(SignerError):
    """A data file is missing or cannot be used; the message names the file, the line and what was expected."""


@dataclass
class Table(Entries):
    """One table of a rule file."""

    _: KW_ONLY
    file: Path
    text: str
    path: TomlPath = ()

    def refuse(self, message: str, *key: str | int) -> InvalidRules:
        """Return the error, with the line in which the key stands, or the table."""
        return InvalidRules(f"{self.file.name} line {find_line(self.text, (*self.path, *key))}: {message}")

    def inside(self, values: Mapping[str, Any], *key: str | int) -> "Table":
        """Return the table that stands at `key`."""
        return Table(values, file=self.file, text=self.text, path=(*self.path, *key))

    def string(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty, or the default if the key is missing and a default is given."""
        value = self.take(key, str, "a text", default)
        if value == "" and key in self.values:
            raise self.refuse(f"{key} is empty, a text was expected", key)
        return value

    def day(self, key: str) -> date:
        """Return a date."""
        return self.take(key, date, "a date")

    def optional_day(self, key: str) -> date | None:
        """Return a date; None if the key is missing."""
        self.asked.add(key)
        return self.day(key) if key in self.values else None

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

    def refuse_before(self, earlier: date | None, key: str) -> None:
        """Refuse a day that is not after that of the table before it in the array; `earlier` is None for the first."""
        if earlier is None:
            return
        if key not in self.values:
            raise self.refuse(f"{key} is missing, only the first of several may do without")
        if self.values[key] <= earlier:
            raise self.refuse(f"{key} was expected to be after {earlier}: the newest stands last", key)


def read_rule_file(file: Path) -> Table:
    """Return the outermost table of a TOML file; raises InvalidRules."""
    try:
        text = file.read_text(encoding="utf-8")
        return Table(tomllib.loads(text), file=file, text=text)
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
