"""Hears all SQL that is sent to a database, to tell what was asked and what was not."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

import psycopg
import pytest
from sqlalchemy import Engine, event

from signer.database import is_sqlite

BLOB = re.compile(r"[xX]'([0-9a-fA-F]*)'")
OF_SINGLE_STATEMENTS = ("arrival", "settled", "statement", "leaf", "erasure", "attribution", "spent_check")
"""Tables from which no number that anybody is shown may be made: a row of theirs is of one statement, or of few."""
Shape = tuple[str, object]
"""A query, and what its values show of themselves."""


def naming(run: Sequence[Shape], *tables: str) -> list[str]:
    """The queries among those heard that name one of `tables`, wherever it stands in them.

    But for the readers' lock, which reads nothing.
    """
    name = re.compile(rf"\b(?:{'|'.join(tables)})\b")
    return [query for query, _ in run if name.search(query) and not query.startswith("LOCK TABLE")]


@contextmanager
def listening(engine: Engine) -> Iterator[list[list[Shape]]]:
    """Record all SQL that the drivers send to a database within the block, with the shapes of its values.

    At the drivers, because statements are recorded without SQLAlchemy. What runs goes into the last of the lists given.
    """
    runs: list[list[Shape]] = [[]]
    with _listening_on_sqlite(engine, runs) if is_sqlite(engine) else _listening_on_postgres(runs):
        yield runs


@contextmanager
def _listening_on_sqlite(engine: Engine, runs: list[list[Shape]]) -> Iterator[None]:
    def note(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(lambda query: runs[-1].append((BLOB.sub(_length, query), None)))

    engine.dispose()  # a connection that is open already would not be heard
    event.listen(engine, "connect", note)
    yield
    event.remove(engine, "connect", note)


def _length(blob: re.Match[str]) -> str:
    return f"bytes({len(blob[1]) // 2})"


@contextmanager
def _listening_on_postgres(runs: list[list[Shape]]) -> Iterator[None]:
    execute = cast("Callable[..., object]", psycopg.Cursor.execute)

    def note(cursor: object, query: object, values: object = None, **options: object) -> object:
        runs[-1].append((str(query), shape_of(values)))
        return execute(cursor, query, values, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", note)
        yield


def shape_of(value: object) -> object:
    """What a value shows of itself without its content: type and length, down through what holds others."""
    if isinstance(value, Mapping):
        return {name: shape_of(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shape_of(inner) for inner in value]
    return (type(value).__name__, len(value)) if isinstance(value, bytes) else value
