"""Nonsense in place of a passkey adds none, logs nobody on, and is no fault of ours."""

from collections.abc import Callable

import cbor2
import pytest
from flask import Flask

from signer.service.service import Service
from tests.cases import every_case
from tests.web.console.passkey import Keyless, Passkey, add, begin_to_add, begin_to_use, names_of, to_base64url, use
from tests.web.console.paths import PASSKEYS
from tests.web.console.people import Human, is_inside
from tests.web.console.standing import stranger

pytestmark = [pytest.mark.together, pytest.mark.slow]


def broken(credential: dict[str, object], **response: object) -> dict[str, object]:
    """`credential` with something else in its response."""
    kept = credential["response"]
    assert isinstance(kept, dict)
    return credential | {"response": kept | response}


Break = Callable[[dict[str, object]], object]
GARBAGE: dict[str, Break] = {
    "nothing": lambda _: "",
    "no json": lambda _: "{",
    "another kind": lambda _: "[1]",
    "too deep": lambda _: "[" * 20_000,
    "empty": lambda _: {},
    "no strings": lambda credential: credential | {"id": 1, "rawId": None},
    "a kind that is no word": lambda credential: credential | {"type": []},
    "an id that is not its own": lambda credential: credential | {"id": to_base64url(b"another")},
    "odd letters": lambda credential: credential | {"rawId": "\N{SNOWMAN}"},
    "no client data": lambda credential: broken(credential, clientDataJSON=to_base64url(b"\xff")),
    "client data of another kind": lambda credential: broken(credential, clientDataJSON=to_base64url(b"[]")),
    "client data too deep": lambda credential: broken(credential, clientDataJSON=to_base64url(b"[" * 9_000)),
}
GARBAGE_TO_ADD: dict[str, Break] = GARBAGE | {
    "no statement": lambda credential: broken(credential, attestationObject=""),
    "a broken statement": lambda credential: broken(credential, attestationObject=to_base64url(b"\xa1\x63fmt")),
    "a statement of numbers": lambda credential: broken(credential, attestationObject=to_base64url(cbor2.dumps([1]))),
    "a statement too deep": lambda credential: broken(credential, attestationObject=to_base64url(b"\x81" * 9_000)),
    "a key of no kind": lambda credential: broken(credential, attestationObject=Keyless(kind=99).statement()),
}
GARBAGE_TO_USE: dict[str, Break] = GARBAGE | {
    "no data": lambda credential: broken(credential, authenticatorData=""),
    "broken data": lambda credential: broken(credential, authenticatorData=to_base64url(b"short")),
    "no signature": lambda credential: broken(credential, signature=""),
    "a signature that is none": lambda credential: broken(credential, signature=to_base64url(b"\x30\x00")),
    "a handle of somebody else": lambda credential: broken(credential, userHandle=to_base64url(b"somebody else")),
    "a handle that is no word": lambda credential: broken(credential, userHandle=[]),
}


@pytest.fixture(scope="module")
def keyholder(shared: tuple[Flask, Service]) -> tuple[Human, Passkey]:
    """Somebody with a passkey, who answers with nonsense and changes nothing by it."""
    human, passkey = stranger(*shared), Passkey()
    add(human, passkey)
    return human, passkey


@every_case("break_", GARBAGE_TO_ADD.values(), ids=GARBAGE_TO_ADD)
def test_nonsense_in_place_of_a_passkey_adds_none(keyholder: tuple[Human, Passkey], break_: Break) -> None:
    human, passkey = keyholder
    if not is_inside(human):
        use(human, passkey)
    begun = begin_to_add(human, name="nonsense")

    refused = begun.answer(human, break_(Passkey().create(begun.challenge)))

    assert refused.status_code == 200
    assert names_of(human) == "Passkeys my telephone"


@every_case("break_", GARBAGE_TO_USE.values(), ids=GARBAGE_TO_USE)
def test_nonsense_in_place_of_a_passkey_logs_nobody_on(keyholder: tuple[Human, Passkey], break_: Break) -> None:
    human, passkey = keyholder
    begun = begin_to_use(human)

    refused = begun.answer(human, break_(passkey.sign(begun.challenge)))

    assert refused.status_code == 200
    assert not is_inside(human)


def test_a_key_that_lies_on_no_curve_logs_nobody_on(person: Human) -> None:
    """Such a key is believed when it is added, and must be no fault of ours when it is used."""
    keyless = Keyless()
    add(person, keyless)

    refused = use(person, keyless)

    assert refused.status_code == 200
    assert not is_inside(person)


@pytest.mark.parametrize("extensions", [{"credProps": {"rk": True}}, "no json", [1], 7, None])
def test_what_a_browser_says_of_its_passkey_besides_is_not_kept(person: Human, extensions: object) -> None:
    """The page of passkeys would have to read it again."""
    passkey = Passkey()
    begun = begin_to_add(person)

    begun.answer(person, passkey.create(begun.challenge) | {"extensions": extensions})

    assert names_of(person) == "Passkeys my telephone"
    assert person.client.get(PASSKEYS).status_code == 200
