"""What was shipped or sold and should not have been: after it expired, or while it was recalled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from epcis_core.model.times import microseconds, utc_text
from epcis_core.provenance.anomalies.anomaly import Anomaly, Kind, anomaly
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.anomalies.travel import DAY
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.steps import GIVING, SELLING

EXPIRY: Final = ("itemExpirationDate", "expirationDateTime")
"""Attributes that say until when goods may be handed on, by their last part."""

SELL_BY: Final = "sellByDate"
"""The one that says until when they may be sold to consumers."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recalled:
    """That something is recalled.

    Attributes:
        thing: a lot or item, canonical.
        since: microseconds since 1970 UTC.
        until: when that was lifted, likewise; None while it holds.
    """

    thing: str
    since: int
    until: int | None = None


def after_expiry(chain: Chain, one: str, thresholds: Thresholds) -> Iterator[Anomaly]:
    """Yield who shipped or sold goods after their last day, in the zone of each event.

    Args:
        chain: the facts.
        one: a lot or an instance whose own master data name a day.
        thresholds: what it weighs, and who is taken to know.
    """
    stated = [pair for facts in chain.gathered.naming(one) for pair in facts.attributes_of(one)]
    expiry = next((day for name, day in stated if _last_part(name) in EXPIRY), None)
    sell_by = next((day for name, day in stated if _last_part(name) == SELL_BY), None)

    def is_late(facts: EventFacts) -> bool:
        is_sale = facts.biz_step in SELLING
        days = [expiry, sell_by if is_sale else None]
        return any(day is not None and _is_past(day, facts) for day in days)

    day = expiry or sell_by
    if day is not None:
        yield from _handed_on(chain, thresholds, one, kind="after_expiry", is_late=is_late, day=day)


def after_recall(chain: Chain, recalled: Recalled, thresholds: Thresholds) -> Iterator[Anomaly]:
    """Yield who shipped or sold goods while they were recalled.

    Args:
        chain: the facts.
        recalled: which goods, and since when.
        thresholds: what it weighs, and who is taken to know.
    """

    def is_late(facts: EventFacts) -> bool:
        return recalled.since < facts.time and (
            recalled.until is None or facts.time < recalled.until
        )

    since, one = utc_text(recalled.since), recalled.thing
    yield from _handed_on(chain, thresholds, one, kind="after_recall", is_late=is_late, day=since)


def _handed_on(
    chain: Chain,
    thresholds: Thresholds,
    one: str,
    *,
    kind: Kind,
    is_late: Callable[[EventFacts], bool],
    day: str,
) -> Iterator[Anomaly]:
    """Yield an anomaly for each party that handed goods on, or sold them, when it was late."""
    seen = chain.custody.of_lot(one) if kind_of(one) == "lot" else chain.custody.sightings(one)
    late: dict[str | None, list[EventFacts]] = {}
    for sighting in seen:
        facts = sighting.facts
        is_known = facts.disposition in thresholds.knowing.dispositions
        is_handed = facts.biz_step in SELLING or (facts.biz_step in GIVING and not is_known)
        if is_handed and not sighting.attached and is_late(facts):
            late.setdefault(chain.parties.of(facts), []).append(facts)
    for party, events in late.items():
        yield anomaly(
            kind, thresholds.severity[kind], [one], events, parties=[party], figures={"day": day}
        )


def _is_past(day: str, facts: EventFacts) -> bool:
    """Tell whether an event came after a day had ended where it happened, or after an instant."""
    try:
        last = date.fromisoformat(day)
    except ValueError:
        try:
            return facts.time > microseconds(day)
        except ValueError:
            return False
    return _local_day(facts) > last


def _local_day(facts: EventFacts) -> date:
    hours, _, minutes = facts.offset[1:].partition(":")
    shift = timedelta(hours=int(hours), minutes=int(minutes))
    zone = timezone(-shift if facts.offset.startswith("-") else shift)
    days, rest = divmod(facts.time, DAY)
    moment = _EPOCH + timedelta(days=days, microseconds=rest)
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # before year 1, or past 9999, there
        return moment.date()


def _last_part(name: str) -> str:
    return name.replace("#", "/").replace(":", "/").rpartition("/")[2]
