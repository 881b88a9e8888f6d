"""Which events may go by the rules of retention, and why the others stay.

Events are judged one by one, each with the error declarations about it: they say the same, and go
together, when the last of them may. A hold of an object keeps all that its trace rests on.

References:
    docs/retention.md
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

from epcis_core.errors import StoreError
from epcis_core.model.times import utc_text
from epcis_core.proof.checks import Key
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of
from epcis_core.query.values import event_key
from epcis_core.rules.retention import Concern, Kept, RetentionRule, kept_until, shortest
from epcis_core.store.decisions import Hold, holds
from epcis_core.store.event_ids import id_key
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import View

YOUNG: Final = "young"
"""Why an event stays that no rule lets go yet, however it is judged."""

_TOGETHER: Final = 4_000  # sequences that are judged at once
_PALLET: Final = "https://id.gs1.org/00/"
_MOST_HELD: Final = 1_000_000  # objects of a trace


@dataclass(frozen=True, slots=True)
class Going:
    """An event that may go.

    Attributes:
        sequence: its place in the log.
        rule: the rule that kept it longest.
        time: when it happened, microseconds since 1970 UTC.
    """

    sequence: int
    rule: str
    time: int


@dataclass(slots=True)
class Plan:
    """What may go and what stays.

    Attributes:
        now: the clock it was made by, microseconds since 1970 UTC.
        holds: those in force.
        held: how many events each hold keeps by itself, by its number, also where another does too.
        going: the events that may go, error declarations among them, in ledger order.
        kept: how many events stay, by the id of the rule that keeps them longest, by `hold` and the
            number of a hold, or by `YOUNG`.
        is_cut: there may be more that may go.
    """

    now: int
    holds: Sequence[Hold]
    held: dict[int, int] = field(default_factory=dict)
    going: list[Going] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON members."""
        times = [one.time for one in self.going]
        return {
            "now": utc_text(self.now),
            "may_go": {
                "events": len(self.going),
                "oldest": utc_text(min(times)) if times else None,
                "newest": utc_text(max(times)) if times else None,
                "rules": dict(sorted(Counter(one.rule for one in self.going).items())),
                "sequences": ranges(one.sequence for one in self.going),
            },
            "kept": dict(sorted(self.kept.items())),
            "holds": [
                {
                    "number": hold.number,
                    "object": hold.object,
                    "event_id": hold.event_id,
                    "by": hold.by,
                    "reason": hold.reason,
                    "since": utc_text(hold.record_time),
                    "events": self.held[hold.number],
                }
                for hold in self.holds
            ],
        }


def plan_retention(
    ledger: Ledger,
    view: View,
    rules: Sequence[RetentionRule],
    now: int,
    *,
    keys: Collection[Key] = (),
    most: int | None = None,
) -> Plan:
    """Judge every event.

    Args:
        ledger: where they are.
        view: what may be seen.
        rules: by which.
        now: the clock, microseconds since 1970 UTC.
        keys: those that the log has and has had, under one of which a hold is released.
        most: stop when so many may go; None to judge all.

    Raises:
        StoreError: the trace of an object that is held is larger than can be walked.
    """
    plan = Plan(now, holds(ledger, view, keys))
    held: dict[str, Hold] = {}
    for hold in plan.holds:
        kept = held_events(ledger, view, hold.object, hold.event_id)
        plan.held[hold.number] = len(kept)
        held.update(dict.fromkeys(kept, hold))
    old = f"e.event_time + INTERVAL {shortest(rules):d} MONTH <= make_timestamp({now:d})"
    with ledger.reading() as cursor:
        last = view.last(cursor)
        judge = _Judge(cursor, view, rules)
        for start in range(0, last + 1, _TOGETHER):
            if most is not None and len(plan.going) >= most:
                plan.is_cut = True
                break
            between = f"e.sequence BETWEEN {start:d} AND {start + _TOGETHER - 1:d}"
            for group in judge.groups(f"{between} AND {old}"):
                _decide(plan, judge, group, held)
        plan.kept[YOUNG] += _count(cursor, view, f"NOT ({old})")
    plan.going.sort(key=lambda one: one.sequence)
    plan.kept += Counter()  # without what counts nothing
    return plan


def _decide(
    plan: Plan, judge: "_Judge", group: Sequence[EventFacts], held: dict[str, Hold]
) -> None:
    """Say of an event and the declarations about it whether they go or stay."""
    hold = held.get(event_key(group[0].event_id))
    kept = max((judge.kept(facts) for facts in group), key=lambda one: one.until)
    if hold is not None:
        plan.kept[f"hold {hold.number}"] += len(group)
    elif kept.until > plan.now:
        plan.kept[kept.rule] += len(group)
    else:
        plan.going += [Going(facts.sequence, kept.rule, facts.time) for facts in group]


def _count(cursor: duckdb.DuckDBPyConnection, view: View, condition: str) -> int:
    rows = cursor.execute(
        f"SELECT count(*) FROM event e WHERE {view.condition('e')} AND {condition}"  # noqa: S608 - ours
    ).fetchall()
    return int(rows[0][0])


def held_events(ledger: Ledger, view: View, one: str | None, event_id: str | None) -> set[str]:
    """Return the keys of the events that a hold keeps, as far as they are here.

    Args:
        ledger: where they are.
        view: what may be seen.
        one: canonical object whose trace is held; None for an event.
        event_id: the event that is held.

    Raises:
        StoreError: the trace is larger than can be walked.
    """
    if one is None:
        named = f"{id_key('e.event_id')} = {literal(event_key(event_id or ''))}"
        reached: set[str] = set()
    else:
        answer = trace_lot(ledger, view, one, max_objects=_MOST_HELD)
        if answer.truncated:
            raise StoreError(f"A hold of {one} reaches more objects than can be followed")
        named = f"e.sequence IN (SELECT sequence FROM reference WHERE object = {literal(one)})"  # noqa: S608 - quoted
        reached = {event_key(key) for key in (*answer.events, *answer.retracted)}
    with ledger.reading() as cursor:
        rows = cursor.execute(
            f"SELECT DISTINCT e.event_id FROM event e WHERE {named} AND {view.condition('e')}"  # noqa: S608 - quoted
        ).fetchall()
    return reached | {event_key(row[0]) for row in rows}


class _Judge:
    """Judges events by what the ledger knows of the goods in them."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, view: View, rules: Sequence[RetentionRule]
    ) -> None:
        self._cursor = cursor
        self._view = view
        self._rules = rules
        self._declarations = self._all_declarations()
        self._next: dict[str, set[str]] = {}
        self._attributes: dict[str, set[tuple[str, str]]] = {}

    def groups(self, condition: str) -> Iterator[list[EventFacts]]:
        """Yield the events under a condition, each with the declarations about it.

        A declaration whose event is not here stands for itself.
        """
        facts = read_facts(self._cursor, self._view, condition)
        orphans = self._orphans([one for one in facts if one.retracts])
        heads = [one for one in facts if not one.retracts]
        about = [at for one in heads for at in self._declarations.get(event_key(one.event_id), ())]
        found = {
            one.sequence: one
            for one in (read_facts(self._cursor, self._view, _is_of(about)) if about else ())
        }
        self._load({named.object for one in (*facts, *found.values()) for named in one.named})
        yield from ([one] for one in orphans)
        for one in heads:
            its = self._declarations.get(event_key(one.event_id), ())
            yield [one, *(found[at] for at in its)]

    def kept(self, facts: EventFacts) -> Kept:
        """Return until when an event is kept, that `groups` has yielded."""
        reached = self._reached({named.object for named in facts.named})
        keys = [key_of(one) for one in reached]
        attributes = frozenset(pair for one in reached for pair in self._attributes.get(one, ()))
        gtins = frozenset(key.gtin for key in keys if key is not None and key.gtin is not None)
        return kept_until(self._rules, Concern(facts.time, gtins, attributes))

    def _all_declarations(self) -> dict[str, list[int]]:
        rows = self._cursor.execute(
            f"SELECT {id_key('e.event_id')}, e.sequence FROM event e "  # noqa: S608 - ours
            f"WHERE e.retracts IS NOT NULL AND {self._view.condition('e')} ORDER BY e.sequence"
        ).fetchall()
        found: dict[str, list[int]] = defaultdict(list)
        for key, sequence in rows:
            found[key].append(sequence)
        return found

    def _orphans(self, declarations: Sequence[EventFacts]) -> list[EventFacts]:
        """Return the error declarations whose event is not here."""
        keys = {event_key(one.event_id) for one in declarations}
        rows = self._cursor.execute(
            f"SELECT identity FROM event e WHERE e.identity {among(keys)}"  # noqa: S608 - quoted
        ).fetchall()
        here = {row[0] for row in rows}
        return [one for one in declarations if event_key(one.event_id) not in here]

    def _load(self, objects: set[str]) -> None:
        """Read what is known of objects, of their lots, and of what is in them."""
        self._next, self._attributes = {}, {}
        fresh = objects
        while fresh:
            listed = among(fresh)
            self._next.update({one: set() for one in fresh})
            rows = self._cursor.execute(
                "SELECT m.member, m.lot FROM membership m "  # noqa: S608 - quoted
                f"WHERE m.member {listed} AND {self._view.condition('m')} UNION "
                "SELECT k.container, k.content FROM mark k WHERE k.content IS NOT NULL "
                f"AND starts_with(k.container, '{_PALLET}') AND k.kind = 'aggregation' "
                f"AND k.container {listed} AND {self._view.condition('k')}"
            ).fetchall()
            for one, other in rows:
                self._next[one].add(other)
            said = self._cursor.execute(
                "SELECT i.object, i.name, i.value FROM ilmd i "  # noqa: S608 - quoted
                f"WHERE i.object {listed} AND {self._view.condition('i')}"
            ).fetchall()
            for one, name, value in said:
                self._attributes.setdefault(one, set()).add((name, value))
            fresh = {other for _, other in rows} - self._next.keys()

    def _reached(self, objects: set[str]) -> set[str]:
        """Return objects with their lots and what is in them, at any depth."""
        found, fresh = set(objects), set(objects)
        while fresh:
            fresh = {other for one in fresh for other in self._next[one]} - found
            found |= fresh
        return found


def _is_of(sequences: Iterable[int]) -> str:
    return f"e.sequence {among(sequences)}"


def ranges(sequences: Iterable[int]) -> list[list[int]]:
    """Return numbers as ranges, both ends included.

    >>> ranges([1, 2, 3, 7])
    [[1, 3], [7, 7]]
    """
    found: list[list[int]] = []
    for one in sorted(sequences):
        if found and found[-1][1] == one - 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return found
