"""A human check is passed by work or by waiting, and nothing else passes for it."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.human_check.challenges import LIFETIME, Challenges
from signer.human_check.check import HumanCheck
from signer.human_check.refusals import CheckRefused, ExpiredCheck, ForgedCheck, NotChecked, TooEarly
from signer.human_check.solve import solve
from signer.human_check.surge import Mode
from tests.cases import every_case
from tests.human_check.conftest import KEY, Clock

Json = dict[str, Any]


def solved(check: HumanCheck) -> str:
    """A new challenge and its solution."""
    return solve(check.challenge())


def encoded(payload: object) -> str:
    """Base64 of JSON, as a browser sends it."""
    return base64.b64encode(json.dumps(payload).encode()).decode()


def decoded(solution: str) -> Json:
    """What a browser sent."""
    payload: Json = json.loads(base64.b64decode(solution))
    return payload


def test_work_lets_pass(check: HumanCheck) -> None:
    name = check.admit(solution=solved(check), waiting="")

    assert len(name) == 16


def test_one_solution_has_one_name_and_another_has_another(check: HumanCheck) -> None:
    """The name is what makes it count once; writing the same solution differently must not change it."""
    solution = solved(check)
    rewritten = encoded(decoded(solution) | {"more": "of it"})

    assert check.admit(solution=solution, waiting="") == check.admit(solution=rewritten, waiting="")
    assert check.admit(solution=solution, waiting="") != check.admit(solution=solved(check), waiting="")


def test_the_name_tells_nothing_of_the_challenge_without_the_key(check: HumanCheck, clock: Clock) -> None:
    """Who saw a challenge on its way cannot look it up among the spent ones."""
    solution = solved(check)

    name = check.admit(solution=solution, waiting="")

    assert name.hex() not in base64.b64decode(solution).decode()


def test_nothing_at_all_does_not_let_pass(check: HumanCheck) -> None:
    with pytest.raises(NotChecked):
        check.admit(solution="", waiting="")


def test_a_solution_counts_for_twenty_minutes(check: HumanCheck, clock: Clock) -> None:
    solution = solved(check)

    clock.now += LIFETIME
    check.admit(solution=solution, waiting="")
    clock.now += 1
    with pytest.raises(ExpiredCheck):
        check.admit(solution=solution, waiting="")


def change(payload: Json, *path: str, to: object) -> Json:
    """Return `payload` with one value changed."""
    inner = payload
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return payload


FORGERIES: Mapping[str, Callable[[Json], object]] = {
    "a later end": lambda it: change(it, "challenge", "parameters", "expiresAt", to=4_000_000_000),
    "no end": lambda it: change(it, "challenge", "parameters", "expiresAt", to=None),
    "an easier prefix": lambda it: change(it, "challenge", "parameters", "keyPrefix", to=""),
    "another nonce": lambda it: change(it, "challenge", "parameters", "nonce", to="00" * 16),
    "the nonce in capitals": lambda it: change(
        it, "challenge", "parameters", "nonce", to=it["challenge"]["parameters"]["nonce"].upper() + "A"
    ),
    "a dearer kind": lambda it: change(it, "challenge", "parameters", "algorithm", to="SCRYPT"),
    "a wrong counter": lambda it: change(it, "solution", "counter", to=it["solution"]["counter"] + 1),
    "a counter that is no number": lambda it: change(it, "solution", "counter", to="1"),
    "a huge counter": lambda it: change(it, "solution", "counter", to=2**70),
    "a wrong key": lambda it: change(it, "solution", "derivedKey", to="00" * 32),
    "no signature": lambda it: change(it, "challenge", "signature", to=None),
    "another signature": lambda it: change(it, "challenge", "signature", to="00" * 32),
    "no solution": lambda it: {"challenge": it["challenge"]},
    "a list": lambda it: [it],
    "lists within": lambda _: {"challenge": [], "solution": []},
    "a number": lambda _: 1,
}


@every_case("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_solution_does_not_let_pass(check: HumanCheck, forge: Callable[[Json], object]) -> None:
    with pytest.raises(ForgedCheck):
        check.admit(solution=encoded(forge(decoded(solved(check)))), waiting="")


def test_a_solution_of_another_instance_does_not_let_pass(check: HumanCheck, clock: Clock) -> None:
    with pytest.raises(ForgedCheck):
        check.admit(solution=solve(Challenges(bytes(32), clock).issue(1)), waiting="")


def test_a_challenge_without_work_is_no_challenge(check: HumanCheck) -> None:
    """A bot that makes its own parameters has no signature of ours on them."""
    own = {"challenge": {"parameters": {"algorithm": "SHA-256", "nonce": "", "salt": "", "cost": 1}}, "solution": {}}

    with pytest.raises(CheckRefused):
        check.admit(solution=encoded(own), waiting="")


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.b64encode(raw).decode())))
def test_no_text_at_all_brings_it_down(text: str) -> None:
    check = HumanCheck(KEY, mode=lambda: Mode.OFF)

    for came in (
        {"solution": text, "waiting": ""},
        {"solution": "", "waiting": text},
        {"solution": text, "waiting": "x"},
    ):
        with pytest.raises(CheckRefused):
            check.admit(**came)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)
PARAMETERS = ("algorithm", "nonce", "salt", "cost", "keyLength", "keyPrefix", "keySignature", "expiresAt", "data")


@given(
    parameters=st.dictionaries(st.sampled_from(PARAMETERS), JSON, min_size=4),
    signature=JSON,
    solution=st.dictionaries(st.sampled_from(["counter", "derivedKey", "time"]), JSON),
)
def test_no_made_up_solution_brings_it_down_or_passes(parameters: Json, signature: object, solution: Json) -> None:
    payload = {"challenge": {"parameters": parameters, "signature": signature}, "solution": solution}

    with pytest.raises(CheckRefused):
        HumanCheck(KEY, mode=lambda: Mode.OFF).admit(solution=encoded(payload), waiting="")


def test_a_deep_nesting_does_not_bring_it_down(check: HumanCheck) -> None:
    deep = base64.b64encode(b"[" * 1_400).decode()

    with pytest.raises(ForgedCheck):
        check.admit(solution=deep, waiting="")


def test_waiting_lets_pass_when_the_time_is_over_and_not_before(check: HumanCheck, clock: Clock) -> None:
    waiting = check.ask_to_wait()
    assert waiting.seconds == 5

    clock.now += 3.5
    with pytest.raises(TooEarly) as early:
        check.admit(solution="", waiting=waiting.token)
    clock.now += early.value.seconds

    assert early.value.seconds == 2
    assert check.admit(solution="", waiting=waiting.token) == check.admit(solution="", waiting=waiting.token)


def test_a_waiting_token_counts_for_twenty_minutes(check: HumanCheck, clock: Clock) -> None:
    waiting = check.ask_to_wait()

    clock.now += waiting.seconds + LIFETIME + 1
    with pytest.raises(ExpiredCheck):
        check.admit(solution="", waiting=waiting.token)


def test_a_waiting_token_cannot_be_made_ripe(check: HumanCheck, clock: Clock) -> None:
    token = check.ask_to_wait().token

    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(CheckRefused):
            check.admit(solution="", waiting=changed)


def test_a_waiting_token_of_another_instance_does_not_let_pass(check: HumanCheck, clock: Clock) -> None:
    token = HumanCheck(bytes(32), mode=lambda: Mode.OFF, clock=clock).ask_to_wait().token
    clock.now += 10

    with pytest.raises(ForgedCheck):
        check.admit(solution="", waiting=token)


def test_who_waited_passes_though_the_page_s_script_failed(check: HumanCheck, clock: Clock) -> None:
    waiting = check.ask_to_wait()
    clock.now += waiting.seconds

    assert check.admit(solution="not one", waiting=waiting.token) == check.admit(solution="", waiting=waiting.token)
