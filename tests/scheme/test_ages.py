"""From which day one may sign, where the form asks for the date of birth."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signer.scheme.age import AgeCount, AgeRule
from signer.scheme.form import Scheme
from signer.scheme.problem import Problem, Severity
from tests.cases import every_case

Judge = Callable[..., dict[str, Problem]]

PART_A = {"DE": 16, "DK": 18, "FI": 16, "FR": 18, "IE": 18, "LU": 18, "NL": 18, "SK": 18}


@every_case(("member_state", "minimum"), PART_A.items())
def test_the_birthday_itself_counts(member_state: str, minimum: int, judge: Judge, may_day: date) -> None:
    """Article 2(1): on the day before, the same person may not sign."""
    birthday = may_day.replace(year=may_day.year - minimum)

    assert judge(member_state, date_of_birth=birthday.isoformat()) == {}
    problem = judge(member_state, date_of_birth=(birthday + timedelta(days=1)).isoformat())["date_of_birth"]
    assert (problem.code, problem.severity) == ("too_young", Severity.ERROR)
    assert problem.details == {"from": date(2027, 5, 2), "minimum": minimum, "count": "exact_date"}


def test_greece_counts_calendar_years(judge: Judge) -> None:
    """Whoever turns 17 this year may sign from 1 January on."""
    new_year = date(2027, 1, 1)

    assert judge("GR", date_of_birth="2010-12-31", on=new_year) == {}
    problem = judge("EL", date_of_birth="2011-01-01", on=new_year)["date_of_birth"]
    assert problem.details == {"from": date(2028, 1, 1), "minimum": 17, "count": "calendar_year"}


def test_finland_had_18_years_until_june_2025(judge: Judge, eu: Scheme) -> None:
    """A rule holds from its own day on, for those who sign on it."""
    assert judge("FI", date_of_birth="2008-01-01", on=date(2025, 6, 30))["date_of_birth"].details["minimum"] == 18
    assert judge("FI", date_of_birth="2008-01-01", on=date(2025, 7, 1)) == {}
    assert eu.member_state("FI").min_age == 16


def test_who_is_born_on_29_february_waits_for_1_march_in_common_years(judge: Judge) -> None:
    """As in the Commission's check: today less 18 years must not be before the birth date."""
    problem = judge("FR", date_of_birth="2008-02-29", on=date(2026, 2, 28))["date_of_birth"]

    assert problem.details["from"] == date(2026, 3, 1)
    assert judge("FR", date_of_birth="2008-02-29", on=date(2026, 3, 1)) == {}
    assert judge("DE", date_of_birth="2008-02-29", on=date(2024, 2, 28))["date_of_birth"].stops
    assert judge("DE", date_of_birth="2008-02-29", on=date(2024, 2, 29)) == {}


@every_case("typed", ["2027-05-02", "9999-12-31"])
def test_nobody_is_born_in_the_future(typed: str, judge: Judge) -> None:
    """Told apart from being too young: it is a slip of the year."""
    assert judge("DE", date_of_birth=typed)["date_of_birth"].code == "future_date"


@every_case(
    "typed",
    [
        "2026-02-30",
        "1980-13-01",
        "0000-01-01",
        "31.3.1980",
        "1980-3-31",
        "19800331",
        "１９８０-03-31",
        "1980-03-31T00:00",
        "x",
    ],
)
def test_what_is_no_day_is_an_error(typed: str, judge: Judge) -> None:
    """Dates come as YYYY-MM-DD in ASCII digits, and nothing else."""
    problem = judge("DE", date_of_birth=typed, confirmed=frozenset({"date_of_birth"}))["date_of_birth"]

    assert (problem.code, problem.stops) == ("not_a_date", True)


def test_more_than_120_years_can_be_confirmed(judge: Judge) -> None:
    """Rather a slip of the year, but who knows."""
    assert judge("DE", date_of_birth="1906-05-02") == {}

    problem = judge("DE", date_of_birth="1906-05-01", confirmed=frozenset({"date_of_birth"}))["date_of_birth"]
    assert (problem.code, problem.severity, problem.confirmed) == ("very_old", Severity.WARNING, True)


@given(birth=st.dates(), on=st.dates(), minimum=st.integers(1, 30), count=st.sampled_from(AgeCount))
def test_the_day_that_is_named_is_the_first_one(birth: date, on: date, minimum: int, count: AgeCount) -> None:
    """What the sentence promises must be what the rule then does."""
    rule = AgeRule(minimum, count, None, ("test",))
    first_day = rule.first_day(birth)

    if first_day < date.max:
        assert rule.is_met(birth, first_day)
        assert not rule.is_met(birth, first_day - timedelta(days=1))
    assert not rule.is_met(birth, on) or on >= first_day


def test_seven_member_states_let_people_sign_before_18(eu: Scheme) -> None:
    """The Commission's news on Finland called it the seventh."""
    younger = {form.member_state: form.min_age for form in eu.forms.values() if form.min_age < 18}

    assert younger == {"AT": 16, "BE": 16, "DE": 16, "EE": 16, "FI": 16, "MT": 16, "GR": 17}
