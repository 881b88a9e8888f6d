"""What a sender is told: of a check, and of a capture."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from epcis_core.codecs.document import Format
from epcis_core.findings import (
    LANGUAGES,
    Finding,
    Language,
    Severity,
    finding,
    has_errors,
)
from epcis_core.store.captures import MAX_EVENTS_LISTED, MAX_FINDINGS_LISTED, CaptureStatus
from epcis_core.store.master_data import ElementCounts

EventStatus = Literal["accepted", "duplicate", "witness", "rejected", "rolled_back"]

Progress = Callable[[int, int], None]
"""Called with bytes read and events done."""

MAX_LIKE_FINDINGS = 1_000
"""A check lists this many findings of each code, and says how many more there are."""


@dataclass(frozen=True, slots=True)
class EventReport:
    """What became of one event.

    Attributes:
        index: its position in the document, from 0.
        event_id: as given or minted; None where the event could not be read.
        hash: its event hash ID, or None likewise.
        status: `witness` is a duplicate that another organisation had sent first; `rolled_back` an
            event without fault beside one with an error.
        sequence: its place in the ledger, or that of the event it repeats.
        findings: what is wrong or doubtful about it.
    """

    index: int
    event_id: str | None
    hash: str | None
    status: EventStatus
    sequence: int | None
    findings: tuple[Finding, ...] = ()

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the report in the shape of the JSON contract."""
        return {
            "index": self.index,
            "event_id": self.event_id,
            "hash": self.hash,
            "status": self.status,
            "sequence": self.sequence,
            "findings": [found.as_json(language) for found in self.findings],
        }


@dataclass(slots=True)
class CaptureReport:
    """What became of one document.

    Attributes:
        file: the name it was sent under.
        capture_id: names the capture; the report can be asked for again by it. Empty for a file
            that was not looked at.
        status: `partial`: some events were stored and some were not.
        counts: `accepted`, `duplicate`, `rejected` events, and `warnings`.
        witnesses: how many of the duplicates another organisation had sent first.
        events: the events one by one, the first `MAX_EVENTS_LISTED`, and as many of those with
            findings after them.
        findings: what is wrong with the document as a whole.
        master_data: how many elements of master data were new, changed or known, where the document
            was stored.
    """

    file: str
    capture_id: str
    status: CaptureStatus = "accepted"
    counts: dict[str, int] = field(
        default_factory=lambda: {"accepted": 0, "duplicate": 0, "rejected": 0, "warnings": 0}
    )
    witnesses: int = 0
    events: list[EventReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    master_data: ElementCounts = field(default_factory=ElementCounts)
    _listed: int = 0

    @property
    def total(self) -> int:
        """How many events the document held, as far as it could be read."""
        return self.counts["accepted"] + self.counts["duplicate"] + self.counts["rejected"]

    def add(self, event: EventReport) -> None:
        """Count an event, and list it while the list is not too long."""
        self.counts["duplicate" if event.status == "witness" else event.status] += 1
        self.witnesses += event.status == "witness"
        self.counts["warnings"] += warnings(event.findings)
        most = 2 * MAX_EVENTS_LISTED if event.findings else MAX_EVENTS_LISTED
        if len(self.events) < most and self._listed < MAX_FINDINGS_LISTED:
            self.events.append(event)
            self._listed += len(event.findings)

    def judge(self, *, proceed: bool) -> None:
        """Decide whether the document stands: findings of its own, and errors unless `proceed`."""
        if has_errors(self.findings):
            self.status = "rejected"
        elif self.counts["rejected"]:
            stays = proceed and (self.counts["accepted"] or self.counts["duplicate"])
            self.status = "partial" if stays else "rejected"

    def take_back(self) -> None:
        """Say of every event that nothing was stored."""
        self.counts["rejected"] += self.counts["accepted"] + self.witnesses
        self.counts["duplicate"] -= self.witnesses
        self.counts["accepted"] = self.witnesses = 0
        told = finding("rolled_back")
        self.events = [
            replace(event, status="rolled_back", sequence=None, findings=(*event.findings, told))
            if event.status in {"accepted", "witness"}
            else event
            for event in self.events
        ]

    def as_told(self) -> dict[str, Any]:
        """Return the report as the ledger keeps it: each finding's sentence in every language."""
        report = self.as_json()
        told: list[tuple[dict[str, Any], Iterable[Finding]]] = [(report, self.findings)]
        told += [
            (row, event.findings) for row, event in zip(report["events"], self.events, strict=True)
        ]
        for part, findings in told:
            for row, found in zip(part["findings"], findings, strict=True):
                row["messages"] = {language: found.message_in(language) for language in LANGUAGES}
        return report

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the report in the shape of the JSON contract.

        Where the document carries master data there is a member `master_data` beside, with the
        counts of elements `new`, `changed` and `known`.
        """
        counts = asdict(self.master_data)
        return {
            "file": self.file,
            "capture_id": self.capture_id or None,
            "status": self.status,
            "counts": dict(self.counts),
            **({"master_data": counts} if any(counts.values()) else {}),
            "events": [event.as_json(language) for event in self.events],
            "findings": [found.as_json(language) for found in self.findings],
        }


@dataclass(slots=True)
class CheckReport:
    """What is wrong with one document, without storing anything.

    Attributes:
        file: its name.
        format: what the file is, or None where it could not be told.
        version: the EPCIS version it claims.
        events: how many events it holds.
        elements: how many elements of master data it speaks of.
        findings: everything found, each with its place.
    """

    file: str
    format: Format | None = None
    version: str | None = None
    events: int = 0
    elements: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether nothing in it would keep an event out of the ledger."""
        return not any(found.severity is Severity.ERROR for found in self.findings)

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the report in the shape of the JSON contract."""
        return {
            "file": self.file,
            "format": self.format,
            "version": self.version,
            "valid": self.valid,
            "events": self.events,
            "findings": [found.as_json(language) for found in self.findings],
        }


def warnings(found: Iterable[Finding]) -> int:
    """Return how many findings are warnings."""
    return sum(one.severity is Severity.WARNING for one in found)
