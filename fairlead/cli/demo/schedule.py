"""When things happen in the demo: working days before today, the same for every start on the same day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from fairlead.cli.demo.dealings import Dealing, Go, Lose, Meet, Win, Work
from fairlead.cli.demo.story import Bill, Days, MonthEnd, QuarterEnd, Step

Thing = Bill | Dealing
Doing = Step | Meet | Work | Go | Win | Lose

FOUNDED_DAYS_AGO = 433
_SATURDAY = 5
_OPENS = time(9)
_MORNING, _DAY = timedelta(hours=2.8), timedelta(hours=7.6)


@dataclass(frozen=True, slots=True)
class Event:
    """A thing, the `number`th of its company, is made (`step` is None), or something becomes of it."""

    at: datetime
    number: int
    thing: Thing
    step: Doing | None


def founded(today: date, zone: str) -> datetime:
    """When the company began to use Fairlead."""
    day = working_day(today - timedelta(days=FOUNDED_DAYS_AGO))
    return datetime.combine(day, _OPENS, ZoneInfo(zone))


def events(things: Sequence[Thing], today: date, zone: str) -> list[Event]:
    """All that has happened before today, in its order."""
    happened = [event for number, thing in enumerate(things) for event in _of(thing, number, today, zone)]
    return sorted(happened, key=lambda event: event.at)


def working_day(day: date) -> date:
    """The day itself, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def _of(thing: Thing, number: int, today: date, zone: str) -> Iterator[Event]:
    # Not for secrets: the same seed gives the same times.
    random = Random(f"{number} {thing.title}")  # noqa: S311
    day = working_day(_made(thing, today))
    at = _moment(day, random.random() * _MORNING, zone)
    yield Event(at, number, thing, None)
    for step in thing.steps:
        happens = working_day(day + timedelta(days=step.after))
        if happens >= today:
            return
        soonest = at + timedelta(seconds=random.randrange(150, 1500))
        at = max(soonest, _moment(happens, random.random() * _DAY, zone)) if step.after else soonest
        yield Event(at, number, thing, step)


def _made(thing: Thing, today: date) -> date:
    match thing.made:
        case Days(ago):
            return today - timedelta(days=ago)
        case MonthEnd(ago):
            return _before(today.year * 12 + today.month - ago)
        case QuarterEnd(ago):
            return _before(today.year * 12 + (today.month - 1) // 3 * 3 + 3 - 3 * ago)


def _before(month: int) -> date:
    """The last day before a month, which counts from the year 0."""
    year, index = divmod(month, 12)
    return date(year, index + 1, 1) - timedelta(days=1)


def _moment(day: date, since_nine: timedelta, zone: str) -> datetime:
    return datetime.combine(day, _OPENS, ZoneInfo(zone)) + timedelta(seconds=int(since_nine.total_seconds()))
