"""The organisers' numbers: where the collection stands, how it got there, and where it is going.

They come from the tables of counts. By day, never by hour; by day never of a single Member State; never a statement.
"""

from collections.abc import Iterable, Mapping, Sequence

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from signer.accounts.roles import Permission
from signer.database import reading
from signer.initiatives.initiative import Initiative
from signer.initiatives.queries import find_initiative_to_change
from signer.publishing.documents import Document, encoded, forecast_document, history_document, tally_document
from signer.publishing.spreadsheets import history_table, tally_table
from signer.scheme.load import load_scheme
from signer.tallies.daily_forecast import read_forecast
from signer.tallies.forecast import Range
from signer.tallies.history import Day, read_history
from signer.tallies.overview import MemberStateFigures, Overview, ThresholdStanding, read_overview
from signer.tallies.planning import LABEL_LIMIT, MOST_EVENTS, Event, UnfitPlan, mark_event, read_events, unmark_event
from signer.web.console.current import acting, allowed, the_initiative
from signer.web.console.guards import needs
from signer.web.console.labels.numbers import Foreseen, foreseen
from signer.web.console.numbers_charts import NARROW, WIDE, draw_bar, draw_daily, draw_running, draw_tiles
from signer.web.console.planning_forms import EventForm
from signer.web.headers import as_file
from signer.web.languages import current_language
from signer.web.public.fields import member_state_name
from signer.web.site import site

FILES = {"days.csv": "text/csv", "member-states.csv": "text/csv", "numbers.json": "application/json"}
"""Name of a file to download to its kind."""
SURE = frozenset({ThresholdStanding.REACHED, ThresholdStanding.SAFE})
"""How Member States stand that reach their threshold by what is likely valid."""
PLANNED = (
    "likely_valid_low",
    "likely_valid",
    "likely_valid_high",
    "repeat_share_expected",
    "invalid_share_expected",
    "needed_a_day",
    "standing",
)
"""What files have of each Member State besides the public numbers."""
CLOSEST = 3
"""So many Member States are named as the next ones to reach their threshold."""


@needs(Permission.SEE_NUMBERS)
def numbers(number: str) -> str:
    """Show the numbers."""
    return _page(the_initiative(number), EventForm())


@needs(Permission.ENTER_PAPER)
def add_event(number: str) -> str | tuple[str, int] | AnyResponse:
    """Mark an event in time."""
    initiative = the_initiative(number)
    form = EventForm()
    if not form.validate_on_submit():
        return _page(initiative, form), 422
    try:
        with acting() as unit:
            found = find_initiative_to_change(unit.connection, number)
            mark_event(unit, found, on=form.happened_on.data, label=form.label.data)
    except UnfitPlan:
        form.form_errors.append(
            _(
                "Choose a day from the registration to the end of the collection, and one line of 1 to %(most)s "
                "characters. There is room for %(events)s events.",
                most=LABEL_LIMIT,
                events=MOST_EVENTS,
            )
        )
        return _page(initiative, form), 422
    flash(_("The event is marked."), "success")
    return redirect(url_for("numbers", number=number, _anchor="events"))


@needs(Permission.ENTER_PAPER)
def remove_event(number: str, event_id: int) -> AnyResponse:
    """Take an event out. Raises UnknownInitiative, or UnfitPlan where somebody else has."""
    with acting() as unit:
        unmark_event(unit, find_initiative_to_change(unit.connection, number), event_id)
    flash(_("The event is taken out."), "success")
    return redirect(url_for("numbers", number=number, _anchor="events"))


@needs(Permission.SEE_NUMBERS)
def numbers_file(number: str, name: str) -> Response:
    """Give the same numbers as a file, for a spreadsheet or a program: in the shape of the public ones, and more."""
    initiative = the_initiative(number)
    with reading(site().service.engine) as connection:
        overview = read_overview(connection, initiative, on=site().service.today())
        days = read_history(connection, initiative, on=site().service.today())
        events = read_events(connection, initiative.id)
        seen = foreseen(overview, read_forecast(connection, initiative.id))
    history = history_document(initiative, days, on=overview.on)
    tally = tally_document(overview, demonstration=site().settings.demonstration)
    # The public numbers of each Member State, and beside them what only organisers see.
    pairs = zip(tally["member_states"], overview.member_states, strict=True)
    tally["member_states"] = [each | _planned(own, overview) for each, own in pairs]
    if name == "days.csv":
        body = history_table(history)
    elif name == "member-states.csv":
        body = tally_table(tally, more=PLANNED)
    else:
        body = encoded(_everything(overview, tally, history, events, seen))
    return as_file(Response(body, mimetype=FILES[name]), f"{initiative.registration_number.replace('/', '-')}-{name}")


def _page(initiative: Initiative, form: EventForm) -> str:
    today, language = site().service.today(), current_language()
    with reading(site().service.engine) as connection:
        overview = read_overview(connection, initiative, on=today)
        days = read_history(connection, initiative, on=today)
        events = read_events(connection, initiative.id)
        seen = foreseen(overview, read_forecast(connection, initiative.id))
    names = names_of(initiative)
    return render_template(
        "console/numbers.html",
        initiative=initiative,
        form=form,
        may_mark=allowed(Permission.ENTER_PAPER, initiative.registration_number),
        overview=overview,
        foreseen=seen,
        days=days,
        events=events,
        names=names,
        rows=[(each, draw_bar(each)) for each in _by_share(overview.member_states)],
        short_of_surplus=[names[each.member_state] for each in overview.member_states if _lacks_surplus(each)],
        closest=[
            (names[each.member_state], each)
            for each in _by_share(overview.member_states)
            if each.standing is ThresholdStanding.NOT_YET and each.collected
        ][:CLOSEST],
        likely_reached=sum(each.standing in SURE for each in overview.member_states),
        tiles=draw_tiles(overview.member_states),
        daily=[draw_daily(days, events, size, language) for size in (WIDE, NARROW)] if days else [],
        running=_running(overview, days, events, seen) if days else [],
        files=FILES,
        surplus=load_scheme(initiative.scheme).surplus,
    )


def names_of(initiative: Initiative) -> Mapping[str, str]:
    """Return the Member States' names in the language of the page, or as the scheme has them."""
    forms = load_scheme(initiative.scheme).forms
    return {code: member_state_name(form, current_language()) for code, form in forms.items()}


def _by_share(member_states: Iterable[MemberStateFigures]) -> list[MemberStateFigures]:
    return sorted(member_states, key=lambda each: -each.collected / each.threshold)


def _lacks_surplus(figures: MemberStateFigures) -> bool:
    return figures.standing in {ThresholdStanding.REACHED, ThresholdStanding.DOUBTFUL}


def _running(overview: Overview, days: Sequence[Day], events: Sequence[Event], seen: Foreseen) -> list[object]:
    at_end, until = None, days[-1].on
    if seen.forecast:
        # What is foreseen is what comes online; paper stays as it was counted.
        online, paper = seen.forecast.received, overview.paper
        at_end = Range(online.low + paper, online.middle + paper, online.high + paper)
        until = overview.initiative.collection_end
    return [
        draw_running(days, events, size, current_language(), goal=overview.goal, until=until, at_end=at_end)
        for size in (WIDE, NARROW)
    ]


def _planned(own: MemberStateFigures, overview: Overview) -> Document:
    return {
        "likely_valid_low": own.likely.low,
        "likely_valid": own.likely.expected,
        "likely_valid_high": own.likely.high,
        "repeat_share_expected": own.repeat_share,
        "invalid_share_expected": own.invalid_share,
        "needed_a_day": own.a_day(overview.days_left),
        "standing": own.standing.value,
    }


def _everything(
    overview: Overview, tally: Document, history: Document, events: Iterable[Event], seen: Foreseen
) -> Document:
    forecast = None
    if seen.forecast and seen.made_on:
        forecast = forecast_document(overview.initiative, seen.forecast, made_on=seen.made_on)
    return {
        **tally,
        "likely_valid": vars(overview.likely),
        "days": history["days"],
        "events": [{"day": event.happened_on.isoformat(), "label": event.label} for event in events],
        "forecast": forecast,
    }
