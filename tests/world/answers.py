"""Answers in lines that a person can read and a machine can compare.

The ledger's answer and the world's are both written as sections of lines; where they differ, the
lines are what is printed. Identifiers are cut to their Digital Link path, events are called by the
names of their reports.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tests.world.keys import CANONICAL

Names = Mapping[str, str]
"""eventID → name of the report."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, section by section; each line is one fact."""

    objects: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    handovers: frozenset[str] = frozenset()
    one_step: frozenset[str] = frozenset()
    gaps: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    retracted: frozenset[str] = frozenset()
    coverage: frozenset[str] = frozenset()

    def difference(self, other: "Answer") -> list[str]:
        """List what only this one says with `-`, what only the other says with `+`."""
        lines: list[str] = []
        for section in fields(self):
            mine, theirs = getattr(self, section.name), getattr(other, section.name)
            lines += [f"- {section.name}: {line}" for line in sorted(mine - theirs)]
            lines += [f"+ {section.name}: {line}" for line in sorted(theirs - mine)]
        return lines


@dataclass(slots=True)
class Lines:
    """An answer being put together; each method adds one line, and both sides use them."""

    sections: dict[str, set[str]] = field(default_factory=dict)

    def _add(self, section: str, *words: str | None) -> None:
        self.sections.setdefault(section, set()).add(" ".join(word for word in words if word))

    def object(self, key: str, kind: str, role: str, steps: int | None, *, disputed: bool) -> None:
        """Add an object of the answer."""
        far = None if steps is None else f"{steps} steps"
        self._add("objects", key, kind, role, far, _disputed(disputed))

    def link(
        self,
        kind: str,
        ends: tuple[str, str],
        events: tuple[str | None, str | None],
        *,
        until: str | None = None,
        disputed: bool = False,
    ) -> None:
        """Add a link; `until` is the time a containment ended, if it has."""
        source, target = ends
        used, made = events
        by = f"by {used} and {made}" if used and used != made else f"by {made}"
        end = f"until {until}" if until else None
        self._add("links", kind, f"{source} → {target}", by, end, _disputed(disputed))

    def handover(
        self,
        objects: Iterable[str],
        containers: Iterable[str],
        parties: tuple[str | None, str | None],
        events: tuple[str | None, str | None],
        *,
        disputed: bool = False,
    ) -> None:
        """Add a handover; events are the shipping and the receiving one."""
        shipped, received = events
        around = _listed(containers)
        self._add(
            "handovers",
            f"{parties[0]} ⇒ {parties[1]}:",
            _listed(objects),
            f"in {around}" if around else None,
            f"by {shipped} and {received}",
            _disputed(disputed),
        )

    def step(self, party: str, direction: str, other: str | None, objects: Iterable[str]) -> None:
        """Add what one party handed to another, seen from the first."""
        self._add("one_step", party, direction, f"{other}:", _listed(objects))

    def holder(self, party: str) -> None:
        """Add a party that held the subject."""
        self._add("one_step", party)

    def gap(self, code: str, objects: Iterable[str], events: Iterable[str] = ()) -> None:
        """Add a gap."""
        by = _listed(events)
        self._add("gaps", code, _listed(objects), f"by {by}" if by else None)

    def excluded(self, source: str, target: str, event: str) -> None:
        """Add a link that only its time keeps out."""
        self._add("excluded", f"{source} → {target} by {event}")

    def retracted(self, event: str) -> None:
        """Add an event that was declared wrong."""
        self._add("retracted", event)

    def coverage(self, handovers: int, confirmed: int) -> None:
        """Add how many handovers there are, and how many both sides confirm."""
        self._add("coverage", f"{confirmed} of {handovers}")

    def answer(self) -> Answer:
        """Return what was put together."""
        return Answer(**{name: frozenset(lines) for name, lines in self.sections.items()})


def _disputed(yes: bool) -> str | None:  # noqa: FBT001 - a word for a flag
    return "(disputed)" if yes else None


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def short(identifier: str) -> str:
    """Cut a canonical identifier to its path."""
    return identifier.removeprefix(CANONICAL)


def as_told(trace: Mapping[str, Any], names: Names) -> Answer:
    """Read the ledger's answer.

    Args:
        trace: `trace --json`.
        names: the names of all events captured; an eventID that is not among them stays itself.
    """
    lines = Lines()
    for each in trace["objects"]:
        where = short(each["id"]), each["kind"], each["role"], each["steps"]
        lines.object(*where, disputed=each["disputed"])
    for each in trace["links"]:
        _read_link(lines, each, names)
    for each in trace["handovers"]:
        parties = _party(each["from_party"]), _party(each["to_party"])
        events = names.get(each["shipped"]), names.get(each["received"])
        inside = map(short, each["containers"])
        objects = map(short, each["objects"])
        lines.handover(objects, inside, parties, events, disputed=each["disputed"])
    for each in trace["one_step"]:
        party = short(each["party"])
        lines.holder(party)
        for direction in ("back", "forward"):
            for other in each[direction]:
                objects = map(short, other["objects"])
                lines.step(party, direction, _party(other["party"]), objects)
    for each in trace["gaps"]:
        events_of = (names.get(event, event) for event in each["events"])
        lines.gap(each["code"], map(short, each["objects"]), events_of)
    for each in trace["excluded_by_time"]:
        event = names.get(each["event"], each["event"])
        lines.excluded(short(each["from"]), short(each["to"]), event)
    for each in trace["retracted"]:
        lines.retracted(names.get(each, each))
    counted = trace["coverage"]
    lines.coverage(counted["handovers"], counted["confirmed_by_both"])
    return lines.answer()


def _party(identifier: str | None) -> str | None:
    return None if identifier is None else short(identifier)


def _read_link(lines: Lines, link: Mapping[str, Any], names: Names) -> None:
    ends = short(link["from"]), short(link["to"])
    events = names.get(link["input_event"]), names.get(link["event"])
    lines.link(link["kind"], ends, events, until=link["until"], disputed=link["disputed"])
