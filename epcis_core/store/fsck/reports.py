"""What the reports of captures say of events, against the entries of the log."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import duckdb

from epcis_core.findings import Finding
from epcis_core.store.captures import MAX_EVENTS_LISTED, MAX_FINDINGS_LISTED
from epcis_core.store.fsck.places import differing
from epcis_core.store.literals import among

_AT_ONCE: Final = 1_000  # entries
_MOST: Final = 2**63  # sequences

_KINDS: Final = {"accepted": "event", "witness": "receipt", "duplicate": "event"}
"""Which entry a row of a report is about, by its status."""
_OWN: Final = frozenset({"accepted", "witness"})
"""Statuses whose entry the capture itself has brought."""
_COUNTED: Final = {
    "accepted": ("accepted",),
    "duplicate": ("duplicate", "witness"),
    "rejected": ("rejected", "rolled_back"),
}

_ENTRIES: Final = """
SELECT n.sequence, n.kind, n.capture_id, s.event_id, s.hash
FROM (SELECT sequence, kind, capture_id FROM entry WHERE sequence {some}) n LEFT JOIN (
  SELECT sequence, event_id, hash FROM event WHERE sequence {some}
  UNION ALL SELECT r.sequence, e.event_id, e.hash
  FROM receipt r JOIN event e ON e.sequence = r.event_sequence WHERE r.sequence {some}
  UNION ALL SELECT sequence, event_id, NULL FROM erased WHERE sequence {some}
) s USING (sequence)
"""


class EventTold(NamedTuple):
    """What a report says of one event."""

    status: str
    sequence: int | None
    event_id: str | None
    hash: str | None


class _Entry(NamedTuple):
    kind: str
    capture_id: str
    event_id: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the report of a capture says of its events.

    Attributes:
        capture_id: names the capture.
        counts: of events, by what the capture says.
        receipts: entries of witnesses that the capture brought.
        findings: how many the report has about events.
        events: one by one.
    """

    capture_id: str
    counts: Mapping[str, int]
    receipts: int
    findings: int
    events: list[EventTold]

    @classmethod
    def read(cls, capture_id: str, report: Mapping[str, Any], receipts: int) -> "Told":
        """Read a report.

        Raises:
            LookupError: a member is missing.
            TypeError: one is something else.
        """
        rows = report["events"]
        return cls(
            capture_id,
            {name: report["counts"][name] for name in _COUNTED},
            receipts,
            sum(len(one["findings"]) for one in rows),
            [EventTold(*(one[name] for name in EventTold._fields)) for one in rows],
        )

    def is_whole(self) -> bool:
        """Tell whether there were not too many events to list them all."""
        return len(self.events) < MAX_EVENTS_LISTED and self.findings < MAX_FINDINGS_LISTED


def differences_in_reports(
    cursor: duckdb.DuckDBPyConnection, reports: Iterable[Told]
) -> Iterator[Finding]:
    """Yield where a report says of an event what its entry does not.

    Of events that were rejected nothing stands in the log, and of erased ones little.

    Args:
        cursor: a reader's.
        reports: some.
    """
    has_erased = bool(cursor.execute("SELECT 1 FROM erased LIMIT 1").fetchall())
    for told in reports:
        yield from _differences_in_counts(told, has_erased=has_erased)
        for first in range(0, len(told.events), _AT_ONCE):
            some = told.events[first : first + _AT_ONCE]
            entries = _entries(cursor, {one.sequence for one in some})
            for index, one in enumerate(some, first):
                entry = entries.get(one.sequence) if one.sequence is not None else None
                if not _is_right(one, entry, told.capture_id, has_erased=has_erased):
                    column = f"report/events/{index}"
                    yield differing("capture", told.capture_id, column, _shown(entry), _shown(one))


def _differences_in_counts(told: Told, *, has_erased: bool) -> Iterator[Finding]:
    """Compare how many events are listed with how many there were."""
    total = sum(told.counts.values())
    listed = Counter(one.status for one in told.events)
    if len(told.events) == total:
        for name, statuses in _COUNTED.items():
            found = sum(listed[one] for one in statuses)
            if found != told.counts[name]:
                column = f"report/counts/{name}"
                yield differing("capture", told.capture_id, column, found, told.counts[name])
        if listed["witness"] != told.receipts:
            at = ("capture", told.capture_id, "report/events")
            yield differing(*at, f"{told.receipts} witness", f"{listed['witness']} witness")
    # Erasing took findings away, which may have been why a list ended.
    elif len(told.events) > total or (told.is_whole() and not has_erased):
        yield differing("capture", told.capture_id, "report/events", total, len(told.events))


def _is_right(told: EventTold, entry: _Entry | None, capture_id: str, *, has_erased: bool) -> bool:
    """Tell whether what a sender was told of an event is what the log has."""
    if entry is None:
        return told.sequence is None and told.status in {"rejected", "rolled_back"}
    if told.event_id != entry.event_id and not (
        has_erased and None in {told.event_id, entry.event_id}
    ):
        return False
    if told.status == "rejected":  # beside another event of this id
        return True
    if told.hash != entry.hash and not (has_erased and None in {told.hash, entry.hash}):
        return False
    is_own = told.status not in _OWN or entry.capture_id == capture_id
    return is_own and entry.kind == _KINDS.get(told.status)


def _entries(cursor: duckdb.DuckDBPyConnection, sequences: Iterable[object]) -> dict[int, _Entry]:
    """Return entries of the log by their sequences."""
    some = [one for one in sequences if type(one) is int and 0 <= one < _MOST]
    if not some:
        return {}
    rows = cursor.execute(_ENTRIES.format(some=among(some))).fetchall()
    return {sequence: _Entry(*row) for sequence, *row in rows}


def _shown(one: EventTold | _Entry | None) -> str:
    """Return what is said of an event as a finding shows it; the same in every language."""
    return " ".join("-" if value is None else str(value) for value in one or ("-",))
