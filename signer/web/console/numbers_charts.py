"""Where the strokes of the charts lie: numbers in, points out, in units of the drawing, y downwards.

The same numbers stand in tables beside each chart. Nothing here knows a colour, a request or a database.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton
from babel.numbers import format_decimal

from signer.tallies.forecast import Range
from signer.tallies.history import Day
from signer.tallies.overview import MemberStateFigures, ThresholdStanding
from signer.tallies.planning import Event
from signer.web.languages import formats_of

BAR_LENGTH, BAR_ENDS_AT = 180, 1.5
"""A bar of the table, and the share of the threshold that its end stands for; what is longer is cut."""
LANE, LANES, FLAG_WIDTH = 20, 3, 22
"""Flags of events: the height of their lanes, how many there are, and the room that one takes."""
MOST_ROWS = 4
FEWEST_DAYS = 28
"""An axis of time is as long as this at least: three days are no three walls."""
SHORT_SPAN = 70
"""Days up to which the axis of time has weeks, beyond it months."""
CUT_OVER = 3
"""Paper that came on one day is cut in the bars where it is so many times the longest bar of online statements."""
TILE_STEPS = 5
TILES: Mapping[str, tuple[int, int]] = {
    "SE": (5, 0), "FI": (6, 0),
    "EE": (6, 1),
    "DK": (4, 2), "LV": (6, 2),
    "IE": (0, 3), "NL": (3, 3), "DE": (4, 3), "PL": (5, 3), "LT": (6, 3),
    "BE": (2, 4), "LU": (3, 4), "CZ": (4, 4), "SK": (5, 4),
    "FR": (2, 5), "AT": (4, 5), "HU": (5, 5), "RO": (6, 5),
    "PT": (0, 6), "ES": (1, 6), "IT": (3, 6), "SI": (4, 6), "HR": (5, 6), "BG": (6, 6),
    "MT": (3, 7), "GR": (6, 7), "CY": (7, 7),
}  # fmt: skip
"""Member State to column and row of its tile: all of one size, so that the smallest is seen as well as the largest."""


@dataclass(frozen=True)
class Size:
    """A drawing. letter: the width of a letter of its axes."""

    width: int
    height: int
    letter: int


WIDE, NARROW = Size(960, 300, 8), Size(340, 230, 7)
"""For a desktop, and for a telephone, where the wide one would be too small to read."""


@dataclass(frozen=True)
class Tick:
    """A line of an axis, and what is written at it; empty where there is no room."""

    at: float
    label: str


@dataclass(frozen=True)
class Flag:
    """An event: where it is in time, where its flag begins, and its number in the list."""

    x: float
    y: int
    number: int


@dataclass(frozen=True)
class Axes:
    """Where the drawing's plot lies, the lines of its two axes, and the events."""

    size: Size
    top: int
    bottom: int
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class Daily:
    """One bar for each day. online, paper, cut: outlines as SVG paths; `cut` marks bars that are longer than drawn."""

    axes: Axes
    online: str
    paper: str
    cut: str


@dataclass(frozen=True)
class Running:
    """What there was in all after each day. goal: height of its line, or none. cone: eight draws in ten; middle: half.

    now: the newest point.
    """

    axes: Axes
    online: str
    paper: str
    line: str
    now: tuple[float, float]
    goal: float | None
    cone: str
    middle: str


@dataclass(frozen=True)
class Bar:
    """The bar of one Member State in the table: lengths, and where the marks of threshold and likely valid stand."""

    length: int
    threshold: float
    online: float
    paper: float
    likely: float
    is_cut: bool


@dataclass(frozen=True)
class Tile:
    """One square of the map. step: fifths of the threshold that are full, TILE_STEPS once it is reached."""

    member_state: str
    column: int
    row: int
    step: int


def draw_daily(days: Sequence[Day], events: Iterable[Event], size: Size, language: str) -> Daily:
    """Draw a bar for each of `days`; there is at least one."""
    online, whole = max(day.received for day in days), max(day.received + day.paper for day in days)
    highest = online if online and whole > CUT_OVER * online else whole
    plot = _Plot(size, days[0].on, days[-1].on, highest=highest, events=events, language=language)
    width = max(plot.day_width * 0.8, min(plot.day_width, 1))
    paths: dict[str, list[str]] = {"online": [], "paper": [], "cut": []}
    for day in days:
        x, middle, top = plot.x(day.on), plot.y(day.received), plot.y(day.received + day.paper)
        if day.received:
            paths["online"].append(f"M{x:.1f} {plot.bottom}V{middle:.1f}h{width:.1f}V{plot.bottom}Z")
        if day.paper:
            paths["paper"].append(f"M{x:.1f} {middle:.1f}V{top:.1f}h{width:.1f}V{middle:.1f}Z")
        if day.received + day.paper > plot.highest:
            paths["cut"].append(f"M{x - 3:.1f} {plot.top + 12}l{width + 6:.1f} -6")
    return Daily(plot.axes(), *("".join(path) for path in paths.values()))


def draw_running(
    days: Sequence[Day],
    events: Iterable[Event],
    size: Size,
    language: str,
    *,
    goal: int,
    until: date,
    at_end: Range | None,
) -> Running:
    """Draw what there was in all after each of `days`, at least one, on an axis of time up to `until`.

    at_end: what is expected by then, online and on paper; None where nothing is.
    """
    newest = days[-1]
    highest = max(newest.collected_so_far, at_end.high if at_end else 0)
    # The goal is drawn where it does not press the line to the ground.
    shows_goal = goal <= 3 * highest
    plot = _Plot(
        size,
        days[0].on,
        max(until, newest.on),
        highest=max(highest, goal if shows_goal else 0),
        events=events,
        language=language,
        ends=True,
    )
    online = [(plot.x_end(day.on), plot.y(day.received_so_far)) for day in days]
    whole = [(plot.x_end(day.on), plot.y(day.collected_so_far)) for day in days]
    start, now = (plot.x(days[0].on), float(plot.bottom)), whole[-1]
    cone = middle = ""
    if at_end and until > newest.on:
        end = plot.x_end(until)
        expected = (at_end.low, at_end.middle, at_end.high)
        low, half, high = (plot.y(max(number, newest.collected_so_far)) for number in expected)
        cone = f"{_line([now, (end, high), (end, low)])}Z"
        middle = _line([now, (end, half)])
    return Running(
        plot.axes(),
        online=f"{_line([start, *online, (now[0], plot.bottom)])}Z",
        paper=f"{_line([start, *whole, *reversed(online)])}Z" if newest.paper_so_far else "",
        line=_line([start, *whole]),
        now=now,
        goal=plot.y(goal) if shows_goal else None,
        cone=cone,
        middle=middle,
    )


def draw_bar(figures: MemberStateFigures) -> Bar:
    """Draw the bar of one Member State."""
    threshold = BAR_LENGTH / BAR_ENDS_AT
    unit = threshold / figures.threshold
    online = min(figures.received * unit, BAR_LENGTH)
    whole = min(figures.collected * unit, BAR_LENGTH)
    likely = min(figures.likely.expected * unit, BAR_LENGTH)
    return Bar(BAR_LENGTH, threshold, online, whole - online, likely, figures.collected * unit > BAR_LENGTH)


def draw_tiles(member_states: Iterable[MemberStateFigures]) -> tuple[Tile, ...]:
    """Draw the map; a Member State that has no tile is left out, as the map is."""
    return tuple(
        Tile(each.member_state, *TILES[each.member_state], _step_of(each))
        for each in member_states
        if each.member_state in TILES
    )


def _step_of(figures: MemberStateFigures) -> int:
    if figures.standing is not ThresholdStanding.NOT_YET:
        return TILE_STEPS
    return figures.collected * TILE_STEPS // figures.threshold


class _Plot:
    """Turns days and numbers into places of a drawing."""

    def __init__(
        self,
        size: Size,
        first: date,
        last: date,
        *,
        highest: int,
        events: Iterable[Event],
        language: str,
        ends: bool = False,
    ) -> None:
        last = max(last, first + timedelta(days=FEWEST_DAYS - 1))
        self._size, self._first, self._last, self._language = size, first, last, language
        self._step, self.highest = _scale(highest)
        self.day_width = size.width / ((last - first).days + 1)
        numbered = [(number, event.happened_on) for number, event in enumerate(events, 1)]
        # A day's event stands at its bar, or where the line was when the day ended.
        shift = self.day_width if ends else self.day_width / 2
        placed = [(number, self.x(day) + shift) for number, day in numbered if first <= day <= last]
        lanes = list(_lanes([x for _, x in placed]))
        self._flags = [(x, lane, number) for (number, x), lane in zip(placed, lanes, strict=True)]
        self.top = 8 + LANE * (max(lanes) + 1 if lanes else 0)
        self.bottom = size.height - 24

    def x(self, day: date) -> float:
        """Return where `day` begins."""
        return (day - self._first).days * self.day_width

    def x_end(self, day: date) -> float:
        """Return where `day` ends."""
        return self.x(day) + self.day_width

    def y(self, number: int) -> float:
        """Return the height of `number`; what is higher than the plot ends with it."""
        share = min(number / self.highest, 1.0)
        return self.bottom - share * (self.bottom - self.top)

    def axes(self) -> Axes:
        """Return what is drawn around the numbers."""
        rows = range(self._step, self.highest + 1, self._step)
        formats = formats_of(self._language)
        return Axes(
            self._size,
            self.top,
            self.bottom,
            tuple(Tick(self.y(number), format_decimal(number, locale=formats)) for number in rows),
            tuple(self._columns()),
            tuple(Flag(x, LANE * lane, number) for x, lane, number in self._flags),
        )

    def _columns(self) -> Iterator[Tick]:
        free_from = 0.0
        for day, label in _moments(self._first, self._last, self._language):
            at, room = self.x(day), (len(label) + 2) * self._size.letter
            if at >= free_from and at + room <= self._size.width:
                free_from = at + room
                yield Tick(at, label)
            else:
                yield Tick(at, "")


def _scale(highest: int) -> tuple[int, int]:
    """Return the distance of the lines of an axis that reaches to `highest`, and its end: a few round numbers."""
    wanted = max(highest, 1)
    exponent = max(0, math.floor(math.log10(wanted)) - 1)
    steps = (digit * 10**power for power in range(exponent, exponent + 3) for digit in (1, 2, 5))
    step = next(step for step in steps if step * MOST_ROWS >= wanted)
    return step, -(-wanted // step) * step


def _moments(first: date, last: date, language: str) -> Iterator[tuple[date, str]]:
    """Yield the Mondays or firsts of a month from `first` to `last`, and what they are called."""
    name = _namer(language)
    span = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    if len(span) <= SHORT_SPAN:
        yield from ((day, name("MMMd", day)) for day in span if day.weekday() == 0)
        return
    for day in span:
        if day.day == 1:
            yield day, name("yMMM" if day.month == 1 else "MMM", day)


def _namer(language: str) -> Callable[[str, date], str]:
    return lambda skeleton, day: format_skeleton(skeleton, day, locale=formats_of(language))


def _lanes(places: Sequence[float]) -> Iterator[int]:
    """Yield the lane of each flag, from 0: the lowest that is free there; the last one where none is."""
    ends = [float("-inf")] * LANES
    for x in places:
        lane = next((number for number, end in enumerate(ends) if x >= end), LANES - 1)
        ends[lane] = x + FLAG_WIDTH
        yield lane


def _line(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
