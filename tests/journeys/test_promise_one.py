"""Promise 1: the service cannot read what it stores, nor test a guess against it.

Whoever holds all of the database, the instance folder, the secrets, the logs and the batches finds no value that
anybody typed, and no way to tell whether a person signed whose every detail they know.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import chain, product

import pytest
from sqlalchemy import Connection, select

from signer.database import open_engine
from signer.days import today
from signer.scheme.identity import identity, likeness
from signer.scheme.load import load_scheme
from signer.scheme.statement import Statement, read_statement
from signer.sealing.canonical import canonical_json, encode_plaintext
from signer.sealing.code import Code
from signer.sealing.commitment import leaf_commitment
from signer.sealing.context import Context, join
from signer.sealing.envelope import seal
from signer.sealing.request import PublicKeyFile
from signer.sealing.storage_key import StorageKey
from signer.settings import Settings
from signer.statements.tables import statement
from tests.journeys.haystack import (
    Haystack,
    encodings,
    encodings_of_bytes,
    is_short_number,
    labelled,
    read_haystack,
    search,
    without_digests,
)
from tests.journeys.rehearsed import DATABASES, Rehearsed, rehearsed_on

pytestmark = pytest.mark.together("rehearsal")

EU = load_scheme()
NUMBER = "2021/000001"
SHORTEST = 6
CHOSEN_FROM_A_LIST = {"document_type", "residence_country"}
HASHES = ("md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s")
DIGEST_BYTES = 12
"""Of each digest so much is searched for, in case it is stored cut short."""

KNOWN = 27
"""So many people's details are known in full, one of each Member State."""


@pytest.fixture(params=DATABASES, scope="module")
def rehearsed(request: pytest.FixtureRequest) -> Rehearsed:
    """A rehearsal of 270 statements on each database."""
    return rehearsed_on(request.param, request)


@pytest.fixture(scope="module")
def haystack(rehearsed: Rehearsed) -> Haystack:
    """Every byte of database, instance folder, secrets, logs and batches."""
    return read_haystack(rehearsed)


def statement_of(line: Mapping[str, object]) -> Statement:
    """What is kept of a line of typed.jsonl."""
    form = EU.member_state(str(line["member_state"]))
    fields, confirmed = line["fields"], line["confirmed"]
    assert isinstance(fields, dict)
    assert isinstance(confirmed, list)
    return read_statement(fields, form, on=today(), confirmed=frozenset(confirmed))


def spellings(name: str, value: str) -> Iterator[str]:
    """Yield a value in the forms in which it could be written down, and each of its longer words."""
    if name == "date_of_birth":
        year, month, day = value.split("-")
        yield from (value, f"{day}/{month}/{year}", f"{day}.{month}.{year}", f"{day}-{month}-{year}")
        return
    for part in {value, *value.split()}:
        if len(part) >= SHORTEST:
            yield from {part, part.upper(), part.lower(), part.casefold()}


def values_of(rehearsed: Rehearsed) -> set[str]:
    """Every value of at least six characters that anybody typed, as typed and as kept."""
    return {
        spelt
        for line in rehearsed.typed
        for fields in (line["fields"], statement_of(line).fields)
        for name, value in fields.items()
        if len(value) >= SHORTEST and name not in CHOSEN_FROM_A_LIST
        for spelt in spellings(name, value)
    }


def test_the_search_finds_what_is_there(rehearsed: Rehearsed) -> None:
    """A search that finds nothing anywhere would prove nothing: it finds every value in what is kept in clear."""
    clear = {"typed.jsonl": (rehearsed.root / "typed.jsonl").read_bytes()}
    values = {value for line in rehearsed.typed for name, value in line["fields"].items() if name == "family_names"}

    found = search(clear, labelled(values))

    assert len(set(found)) == len(values)


def test_the_search_finds_a_value_in_every_encoding_wherever_it_begins() -> None:
    """Base 64 looks different at each of three places."""
    value = "Δρόξυλμιν Vromalk"

    for needle, before in product(set(encodings(value)), (b"", b"x", b"\0\xff", b"abc")):
        assert search({"noise": before + needle + before}, labelled([value]))


def test_a_short_number_is_found_wherever_it_is_no_part_of_a_digest() -> None:
    digest = hashlib.sha256(b"").hexdigest().encode()
    needle = digest[10:16]
    haystack = {"digest": b"key = " + digest, "beside": digest + b" " + needle, "longer": digest + needle}

    assert is_short_number(needle)
    assert search(haystack, {needle: "number"})
    assert {found.split(":")[0] for found in search(without_digests(haystack), {needle: "number"})} == {
        "beside",
        "longer",
    }


def test_the_search_goes_through_the_database_and_the_batches(rehearsed: Rehearsed, haystack: Haystack) -> None:
    """What the service does keep of a statement, its identifier, is found in every place where it lies."""
    places = {found.partition(": ")[0] for found in search(haystack, {row[0]: "id" for row in rows_of(rehearsed)})}

    wanted = {"table statement", "server base"} if rehearsed.database_url else {"instance/signer.sqlite3"}
    for place in (*wanted, "batches/2021-000001-SE-1.zip"):
        assert any(found.startswith(place) for found in places), place
    # The night has emptied the write-ahead log; whole pages may be in it again, as they are read.
    if rehearsed.database_url:
        assert any(place.startswith("server pg_wal") for place in haystack)


def test_no_typed_value_is_in_any_byte(rehearsed: Rehearsed, haystack: Haystack) -> None:
    """No name, number, address or birth date: in no file, table, write-ahead log, batch or log, in no encoding."""
    values = values_of(rehearsed)
    needles = labelled(values)
    short = {needle: label for needle, label in needles.items() if is_short_number(needle)}

    assert len(values) > 1000
    assert search(haystack, {needle: needles[needle] for needle in needles.keys() - short}) == []
    assert search(without_digests(haystack), short) == []


def test_no_code_is_kept(rehearsed: Rehearsed, haystack: Haystack) -> None:
    """Only the citizen can name a statement: the service keeps what derives from the code, never the code itself.

    Of an erased one neither: the proof that stays shows that its holder asked, and opens nothing.
    """
    needles: dict[bytes, str] = {}
    for number, line in enumerate(rehearsed.typed, start=1):
        code = Code.parse(line["code"])
        texts = (code.text, code.text.replace("-", ""), code.text.lower())
        raw = (needle for secret in (code.value, code.blind) for needle in (secret, *encodings_of_bytes(secret)))
        needles |= dict.fromkeys(chain(raw, *map(encodings, texts)), f"code of line {number}")

    assert search(haystack, needles) == []


def known_people(rehearsed: Rehearsed) -> list[Statement]:
    """People whose every detail somebody knows, down to what would be kept of them."""
    return [statement_of(line) for line in rehearsed.typed if not line["erased"]][:KNOWN]


def guesses_at(person: Statement) -> Iterator[bytes]:
    """Yield what an index of signatories could be made of: values, identities, whole statements, in many forms."""
    form = EU.member_state(person.member_state)
    who = (identity(person.fields, form, on=today()), likeness(person.fields, form) or ())
    parts = [*person.fields.values(), *("".join(names) for names in who), "".join(person.fields.values())]
    parts += ["\0".join(person.fields.values()), "|".join(person.fields.values()), ",".join(who[0])]
    for part in parts:
        yield from (part.encode(), part.upper().encode(), part.casefold().encode())
        yield join(person.member_state.encode(), part.encode())
    for names in (*who, tuple(person.fields.values())):
        yield join(*(name.encode() for name in names))
        yield canonical_json(list(names))
    yield canonical_json(dict(person.fields))
    yield "".join(f"[{name}][{value.upper()}]" for name, value in person.fields.items()).encode()
    yield encode_plaintext(person.fields, blind=bytes(32), confirmed=person.confirmed)


def digests_of(guess: bytes, keys: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what hashes and keyed hashes make of a guess, with every key that there is."""
    for name in HASHES:
        yield hashlib.new(name, guess).digest()
    for key in keys:
        yield hmac.new(key, guess, "sha256").digest()
        yield hmac.new(key, guess, "sha512").digest()
        yield hashlib.sha256(key + guess).digest()
        yield hashlib.blake2b(guess, key=key[:64]).digest()


def keys_in(rehearsed: Rehearsed) -> list[bytes]:
    """Every secret of the instance, as bytes and as written, and the public values that could serve as a salt."""
    secrets = [path.read_text(encoding="ascii").strip() for path in sorted((rehearsed.root / "secrets").iterdir())]
    public = [NUMBER.encode(), PublicKeyFile.from_json(public_key_in(rehearsed)).key.fingerprint]
    return [*(bytes.fromhex(secret) for secret in secrets), *(secret.encode() for secret in secrets), *public]


def public_key_in(rehearsed: Rehearsed) -> bytes:
    """The public collection key, which everybody may have."""
    return (rehearsed.root / "offline" / "ceremony" / "collection-key.pub").read_bytes()


def test_nothing_that_can_be_reckoned_from_a_known_person_is_stored(rehearsed: Rehearsed, haystack: Haystack) -> None:
    """No index of who has signed: no hash of anything about anybody, keyed by any secret that there is."""
    keys = keys_in(rehearsed)
    needles: dict[bytes, str] = {}
    for number, person in enumerate(known_people(rehearsed), start=1):
        # The hash of nothing is no guess: it is the root of the log before its first leaf (RFC 9162, 2.1.1).
        for guess in set(guesses_at(person)) - {b""}:
            for digest in digests_of(guess, keys):
                cut = digest[:DIGEST_BYTES]
                needles |= dict.fromkeys((cut, *encodings_of_bytes(cut)), f"person {number}")

    assert len(needles) > 100_000
    assert search(haystack, needles) == []


def test_sealing_a_known_person_again_gives_nothing_that_is_stored(rehearsed: Rehearsed, haystack: Haystack) -> None:
    """With the storage key, the public key, identifier and day of each row, a guess still cannot be tested on it."""
    recipient = PublicKeyFile.from_json(public_key_in(rehearsed)).key
    storage_key = StorageKey(bytes.fromhex((rehearsed.root / "secrets" / "storage-2021-000001").read_text().strip()))
    needles: dict[bytes, str] = {}
    for person in known_people(rehearsed):
        for statement_id, member_state, on in rows_of(rehearsed):
            if member_state == person.member_state:
                context = Context(NUMBER, member_state, statement_id, on)
                for blind in (bytes(32), statement_id + statement_id):
                    envelope = seal(
                        encode_plaintext(person.fields, blind=blind, confirmed=person.confirmed), recipient, context
                    )
                    wrapped = storage_key.wrap(envelope, statement_id)
                    leaf = leaf_commitment(envelope, context, blind)
                    # The first 17 bytes are version and key id, the same in every envelope.
                    pieces = (*in_pieces(envelope[17:]), *in_pieces(wrapped), leaf, hashlib.sha256(envelope).digest())
                    needles |= dict.fromkeys(pieces, f"{member_state} sealed again")

    assert needles
    assert search(haystack, needles) == []


def in_pieces(sealed: bytes) -> Iterator[bytes]:
    """Yield all whole pieces of 16 bytes."""
    return (sealed[start : start + 16] for start in range(0, len(sealed) - 15, 16))


def rows_of(rehearsed: Rehearsed) -> list[tuple[bytes, str, date]]:
    """Identifier, Member State and day of every stored statement."""
    with stolen(rehearsed) as connection:
        rows = connection.execute(select(statement.c.id, statement.c.member_state, statement.c.submitted_on)).all()
    return [(row.id, row.member_state, row.submitted_on) for row in rows]


@contextmanager
def stolen(rehearsed: Rehearsed) -> Iterator[Connection]:
    """The database as its thief has it."""
    folders = {"instance": rehearsed.root / "instance", "secrets": rehearsed.root / "secrets"}
    engine = open_engine(Settings(database_url=rehearsed.database_url, **folders), threads=1)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_rows_of_people_who_signed_look_like_those_of_anybody(rehearsed: Rehearsed) -> None:
    """No flag, no time, no order: rows of one Member State differ in length only where values are very long."""
    with stolen(rehearsed) as connection:
        rows = connection.execute(select(statement)).mappings().all()

    shapes = Counter(
        tuple((name, type(value), len(value) if isinstance(value, bytes) else None) for name, value in row.items())
        for row in rows
    )
    assert {row["submitted_on"] for row in rows} <= {today(), today() - timedelta(days=1)}
    assert {name for name, *_ in next(iter(shapes))} == {column.name for column in statement.columns}
    # One length for everybody, and one for values that do not fit into it.
    assert sorted(shapes.values()) == sorted(lengths_of_plaintexts(rehearsed).values())


def lengths_of_plaintexts(rehearsed: Rehearsed) -> Counter[int]:
    """How long what is sealed must be, and of how many statements."""
    people = [statement_of(line) for line in rehearsed.typed if not line["erased"]]
    return Counter(
        len(encode_plaintext(person.fields, blind=bytes(32), confirmed=person.confirmed)) for person in people
    )
