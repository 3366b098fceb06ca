"""Labels of the numbers: how Member States stand, what is foreseen, and why nothing is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.lists import format_list
from babel.numbers import format_percent
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.initiatives.initiative import Status
from signer.tallies.daily_forecast import goal_expected_on
from signer.tallies.forecast import FEWEST_DAYS, Forecast
from signer.tallies.overview import Overview, ThresholdStanding
from signer.web.languages import current_language, formats_of, long_date
from signer.web.rendering import formatted_number

STANDINGS: Mapping[ThresholdStanding, LazyString] = {
    ThresholdStanding.SAFE: _("reached, with a safe surplus"),
    ThresholdStanding.REACHED: _("likely reached after invalid ones, surplus too small"),
    ThresholdStanding.DOUBTFUL: _("reached, but likely not after invalid ones"),
    ThresholdStanding.NOT_YET: _("not yet"),
}
"""How a Member State stands to its threshold, in words."""


@dataclass(frozen=True)
class Foreseen:
    """sentence: what is foreseen, or why nothing is. forecast: none where nothing is; made_on: its day."""

    sentence: str
    forecast: Forecast | None = None
    made_on: date | None = None


def foreseen(overview: Overview, kept: tuple[date, Forecast] | None) -> Foreseen:
    """Say what is foreseen. kept: the newest forecast and its day, as `read_forecast` returns it."""
    silence = _silence(overview, kept)
    if silence or not kept:
        return Foreseen(silence)
    made_on, forecast = kept
    return Foreseen(_sentence(overview, forecast, made_on), forecast, made_on)


def chance(value: float) -> str:
    """Return a chance in words; a thousand draws never say "surely" or "never"."""
    if value < 0.01:  # noqa: PLR2004 - one in a hundred
        return str(_("less than 1%"))
    if value > 0.99:  # noqa: PLR2004 - all but one in a hundred
        return str(_("more than 99%"))
    return str(format_percent(value, format="#,##0%", locale=formats_of(current_language())))


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal at most."""
    return str(format_percent(share, format="#,##0.#%", locale=formats_of(current_language())))


def roughly(number: int) -> str:
    """Return a number of which nobody knows more than three digits."""
    unit = 10 ** max(0, len(str(number)) - 3)
    return formatted_number(round(number / unit) * unit)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them: A, B and C."""
    return str(format_list(list(names), locale=formats_of(current_language())))


def _silence(overview: Overview, kept: tuple[date, Forecast] | None) -> str:
    return _out_of_season(overview) or _too_little(overview, has_forecast=kept is not None)


def _out_of_season(overview: Overview) -> str:
    status, initiative = overview.initiative.status, overview.initiative
    if status is Status.WITHDRAWN:
        return str(_("The initiative was withdrawn, so there is nothing to foresee."))
    if status is Status.CLOSED or overview.on > initiative.collection_end:
        return str(_("The collection is over. What counts now is what the authorities find valid."))
    if status is Status.DRAFT or overview.on < initiative.collection_start:
        return str(_("The collection has not begun. A forecast needs seven days of it."))
    return ""


def _too_little(overview: Overview, *, has_forecast: bool) -> str:
    first = overview.initiative.collection_start + timedelta(days=FEWEST_DAYS)
    if overview.on < first:
        return str(_("There is no forecast yet. It needs seven whole days and is made on %(day)s.", day=_day(first)))
    if not overview.received:
        return str(_("There is no forecast, because nothing has been received online."))
    if not has_forecast:
        return str(_("There is no forecast yet: it is made every night, from the days that are over."))
    return ""


def _sentence(overview: Overview, forecast: Forecast, made_on: date) -> str:
    words = {
        "goal": formatted_number(overview.goal),
        "end": _day(overview.initiative.collection_end),
        "low": roughly(forecast.valid.low),
        "high": roughly(forecast.valid.high),
        "chance": chance(forecast.goal),
    }
    if forecast.goal_in_days == 0:
        return str(_("The goal of %(goal)s valid statements is likely reached already.", **words))
    day = goal_expected_on(forecast, made_on=made_on)
    if day:
        words["day"] = _day(day)
        return str(
            _(
                "At this pace the goal is reached on %(day)s, chance %(chance)s: by %(end)s likely "
                "%(low)s to %(high)s valid statements come together, of %(goal)s needed.",
                **words,
            )
        )
    return str(
        _(
            "At this pace the goal is not reached, chance %(chance)s: by %(end)s likely "
            "%(low)s to %(high)s valid statements come together, of %(goal)s needed.",
            **words,
        )
    )


def _day(day: date) -> str:
    return long_date(day, current_language())
