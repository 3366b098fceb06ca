"""The figures of Annex I to Regulation (EU) 2019/788: members elected, times all members of the Parliament."""

from datetime import date

import pytest

from signer.scheme.form import NoThresholds, Scheme, UnknownMemberState
from tests.cases import every_case

# Initiatives registered from 1 February 2020, and from 16 July 2024.
EXPECTED = {
    "AT": (13395, 14400),
    "BE": (14805, 15840),
    "BG": (11985, 12240),
    "CY": (4230, 4320),
    "CZ": (14805, 15120),
    "DE": (67680, 69120),
    "DK": (9870, 10800),
    "EE": (4935, 5040),
    "ES": (41595, 43920),
    "FI": (9870, 10800),
    "FR": (55695, 58320),
    "GR": (14805, 15120),
    "HR": (8460, 8640),
    "HU": (14805, 15120),
    "IE": (9165, 10080),
    "IT": (53580, 54720),
    "LT": (7755, 7920),
    "LU": (4230, 4320),
    "LV": (5640, 6480),
    "MT": (4230, 4320),
    "NL": (20445, 22320),
    "PL": (36660, 38160),
    "PT": (14805, 15120),
    "RO": (23265, 23760),
    "SE": (14805, 15120),
    "SI": (5640, 6480),
    "SK": (9870, 10800),
}
PROTOCOL_ORDER = "BE BG CZ DK DE EE IE GR ES FR HR IT CY LV LT LU HU MT NL AT PL PT RO SI SK FI SE"


@every_case(
    ("registered_on", "term"),
    [
        (date(2020, 2, 1), 0),
        (date(2021, 1, 7), 0),
        (date(2024, 7, 15), 0),
        (date(2024, 7, 16), 1),
        (date(2027, 1, 1), 1),
    ],
)
def test_the_day_of_registration_decides_the_thresholds(registered_on: date, term: int, eu: Scheme) -> None:
    """Not the day of signing: they stay the same while an initiative collects."""
    assert eu.thresholds(registered_on) == {code: figures[term] for code, figures in EXPECTED.items()}


def test_the_thresholds_of_a_term_add_up_to_all_seats_squared(eu: Scheme) -> None:
    """Every member is elected in exactly one Member State."""
    assert sum(eu.thresholds(date(2021, 1, 7)).values()) == 705 * 705
    assert sum(eu.thresholds(date(2025, 1, 7)).values()) == 720 * 720


def test_there_are_no_thresholds_before_the_first_term(eu: Scheme) -> None:
    """Until 31 January 2020 the United Kingdom elected members too; no figure is better than a wrong one."""
    with pytest.raises(NoThresholds, match="2020-02-01"):
        eu.thresholds(date(2020, 1, 31))


def test_the_scheme_asks_for_a_million_in_seven_of_27_member_states(eu: Scheme) -> None:
    """Articles 3(1) and 8(1)."""
    assert (eu.goal, eu.member_states_needed, eu.collection_months) == (1_000_000, 7, 12)
    assert list(eu.forms) == PROTOCOL_ORDER.split()


@every_case("code", ["GR", "gr", "EL", "el"])
def test_greece_has_two_codes(code: str, eu: Scheme) -> None:
    """Texts of the European Union write EL; GR is what is kept."""
    assert eu.member_state(code).member_state == "GR"


@every_case("code", ["", "XX", "GB", "D", "ıt", "\u0395L", "GR "])
def test_an_unknown_member_state_is_refused_without_repeating_it(code: str, eu: Scheme) -> None:
    """The code comes from a URL, and messages end in logs."""
    with pytest.raises(UnknownMemberState) as refusal:
        eu.member_state(code)

    assert "XX" not in str(refusal.value)


def test_anybody_may_live_anywhere(eu: Scheme) -> None:
    """ISO 3166-1 has 249 countries; Kosovo has a code of its own use."""
    assert len(eu.residence.countries) == 250
    assert {"DE", "GR", "GB", "XK", "NC"} <= set(eu.residence.countries)
    assert "EL" not in eu.residence.countries
