"""People, dates and schemes for the tests of `signer.scheme`. All people are invented."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from signer.scheme.check import check
from signer.scheme.form import Scheme
from signer.scheme.load import load_scheme
from signer.scheme.problem import Problem

Judge = Callable[..., dict[str, Problem]]


@pytest.fixture
def may_day() -> date:
    """1 May 2027, the day on which everybody signs."""
    return date(2027, 5, 1)


@pytest.fixture
def eu() -> Scheme:
    """The scheme of Regulation (EU) 2019/788."""
    return load_scheme()


@pytest.fixture
def schemes() -> Path:
    """The folder of invented schemes."""
    return Path(__file__).parent / "data"


@pytest.fixture
def nordland(schemes: Path) -> Scheme:
    """An invented national scheme of three regions."""
    return load_scheme("nordland", schemes)


@pytest.fixture
def german() -> Mapping[str, str]:
    """A German who lives in Berlin; every field is right."""
    return {
        "first_names": "Ada Marie",
        "family_names": "Öztürk-Weiß",
        "street": "Lange Straße",
        "street_number": "12 B",
        "postal_code": "10115",
        "city": "Berlin",
        "residence_country": "DE",
        "date_of_birth": "1980-03-31",
    }


@pytest.fixture
def estonian() -> Mapping[str, str]:
    """An Estonian with the number of python-stdnum's doctest; every field is right."""
    return {
        "first_names": "Ada",
        "family_names": "Kuusk",
        "document_type": "personal_number",
        "document_number": "36805280109",
    }


@pytest.fixture
def judge(eu: Scheme, german: Mapping[str, str], estonian: Mapping[str, str], may_day: date) -> Judge:
    """Judge a form that is right but for the fields given; answers field name to problem."""

    def _judge(
        member_state: str, /, *, on: date = may_day, confirmed: frozenset[str] = frozenset(), **fields: str
    ) -> dict[str, Problem]:
        form = eu.member_state(member_state)
        right = german if form.part == "A" else estonian
        found = check({**right, **fields}, form, on=on, confirmed=confirmed)
        return {problem.field: problem for problem in found}

    return _judge
