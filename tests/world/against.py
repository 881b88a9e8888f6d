"""The ledger against the world: tell a story to a real ledger, ask it, and compare."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import View
from ingest.capture import capture_bytes
from tests.world.answers import as_told
from tests.world.emit import document
from tests.world.expect import Truth
from tests.world.keys import Key
from tests.world.stories import Story, names_of

NOW: Final = 1_800_000_000_000_000
"""When everything is captured, microseconds since 1970 UTC: after the end of every story."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One subject whose answer is not the truth."""

    subject: Key
    lines: tuple[str, ...]


def capture(ledger: Ledger, story: Story) -> dict[str, str]:
    """Upload all documents of a story; return eventID → name of the report."""
    names: dict[str, str] = {}
    for number, reports in enumerate(story.telling.documents):
        data = document(reports, salt="world")
        told = capture_bytes(ledger, data, file_name=f"{number}.jsonld", now=NOW)
        if told.status != "accepted":
            raise AssertionError(f"not captured: {told.as_json()}\n{data.decode()}")
        by_place = sorted(told.events, key=lambda event: event.index)
        names |= names_of(reports, [event.event_id or "" for event in by_place])
    return names


def mismatches(story: Story, subjects: Sequence[Key]) -> list[Mismatch]:
    """Tell a story to an empty ledger and compare its answers with the truth."""
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "world.duckdb") as ledger,
    ):
        names = capture(ledger, story)
        for subject in subjects:
            trace = trace_lot(ledger, View(), subject.canonical).as_json()
            truth = Truth(story.world, story.telling, subject).answer()
            lines = truth.difference(as_told(trace, names))
            if lines:
                found.append(Mismatch(subject, tuple(lines)))
    return found


def in_words(story: Story, found: Sequence[Mismatch]) -> str:
    """Tell the story and where the ledger's answers differ from it."""
    parts = [story.in_words()]
    for mismatch in found:
        parts += [f"\nsubject {mismatch.subject} (- the truth, + the ledger)", *mismatch.lines]
    return "\n".join(parts)
