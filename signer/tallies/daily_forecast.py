"""The forecast of an initiative, made once a day from its counts and kept until the next."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from signer.initiatives.initiative import Initiative, Status
from signer.tallies.forecast import Course, Forecast, Outlook, Range, forecast
from signer.tallies.overview import days_until, read_daily, read_overview
from signer.tallies.tables import forecast as forecast_table


def keep_forecast(connection: Connection, initiative_id: int, found: Forecast | None, *, on: date) -> None:
    """Keep the forecast of the day `on` in place of the one before; with None, keep none."""
    here = {"initiative_id": initiative_id}
    connection.execute(delete(forecast_table).filter_by(**here))
    if found:
        connection.execute(insert(forecast_table).values(made_on=on, content=asdict(found), **here))


def foresee(connection: Connection, initiative: Initiative, *, on: date) -> Forecast | None:
    """Return the forecast from all days before `on`; None where there is too little, or nothing left to foresee."""
    if initiative.status not in {Status.COLLECTING, Status.PAUSED} or on > initiative.collection_end:
        return None
    overview = read_overview(connection, initiative, on=on)
    daily = read_daily(connection, initiative.id)
    days = days_until(initiative, on - timedelta(days=1))
    courses = {
        each.member_state: Course(
            daily=[daily.get(each.member_state, {}).get(day, 0) for day in days],
            threshold=each.threshold,
            paper=each.paper,
            repeat_share=each.repeat_share,
            invalid_share=each.invalid_share,
        )
        for each in overview.member_states
    }
    return forecast(
        courses,
        goal=overview.goal,
        needed=overview.member_states_needed,
        days_left=overview.days_left,
        # The same all day long, and another one the next day.
        seed=on.toordinal(),
    )


def goal_expected_on(found: Forecast, *, made_on: date) -> date | None:
    """Return the day on which half of the draws have reached the goal; None if they do not before the end.

    made_on: the day of the forecast, which is the first of the days that it draws; it is the answer too where the
    goal is reached already.
    """
    if found.goal_in_days is None:
        return None
    return made_on + timedelta(days=max(0, found.goal_in_days - 1))


def read_forecast(connection: Connection, initiative_id: int) -> tuple[date, Forecast] | None:
    """Return the newest forecast and the day on which it was made, or None."""
    row = connection.execute(select(forecast_table).filter_by(initiative_id=initiative_id)).one_or_none()
    return (row.made_on, _read(row.content)) if row else None


def _read(content: dict[str, Any]) -> Forecast:
    member_states = {
        code: Outlook(Range(**each["received"]), each["reached"], each["a_day"])
        for code, each in content["member_states"].items()
    }
    ranges = {name: Range(**content[name]) for name in ("received", "valid")}
    return Forecast(**{**content, **ranges, "member_states": member_states})
