"""The ledger against the world: tell a story to a real ledger, ask it, and compare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import balance_of, trace_lot
from epcis_core.store.view import View
from ingest.capture import capture_bytes
from tests.world import emit, emit_xml
from tests.world.answers import Answer, Names, as_told
from tests.world.expect import Truth
from tests.world.keys import Key
from tests.world.reporters import Report, Syntax
from tests.world.stock import Stocks, as_balanced
from tests.world.stories import names_of
from tests.world.story import Story

NOW: Final = 1_800_000_000_000_000
"""When everything is captured, microseconds since 1970 UTC: after the end of every story."""


Ask = Callable[[Key], Answer]
"""Gives the ledger's answer for a label."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One subject whose answer is not the truth."""

    subject: Key
    lines: tuple[str, ...]


def written(reports: Sequence[Report], *, salt: str) -> bytes:
    """Write reports of one business as a document in the form it uses."""
    if reports[0].teller.habits.syntax is Syntax.JSON_LD:
        return emit.document(reports, salt=salt)
    return emit_xml.document(reports, salt=salt)


def capture(
    ledger: Ledger, story: Story, *, every: int = 0, most: int | None = None
) -> dict[str, str]:
    """Upload the documents of a story.

    Args:
        ledger: to which.
        story: whose documents.
        every: microseconds between two uploads, the first of which is at `NOW`.
        most: how many documents, all if None.

    Returns:
        eventID → name of the report.
    """
    names: dict[str, str] = {}
    for number, reports in enumerate(story.telling.documents[:most]):
        data = written(reports, salt=story.salt)
        told = capture_bytes(ledger, data, file_name=str(number), now=NOW + number * every)
        if told.status != "accepted":
            raise AssertionError(f"not captured: {told.as_json()}\n{data.decode()}")
        by_place = sorted(told.events, key=lambda event: event.index)
        names |= names_of(reports, [event.event_id or "" for event in by_place])
    return names


def answer(ledger: Ledger, subject: Key, names: Names) -> Answer:
    """Ask the ledger for the trace of a label."""
    return as_told(trace_lot(ledger, View(), subject.canonical).as_json(), names)


def mismatches(ledger: Ledger, story: Story, subjects: Sequence[Key]) -> list[Mismatch]:
    """Tell a story to a ledger and compare its answers with the truth.

    Its balances are compared where everybody reports everything: what is left where they do not is
    not for the records to say.
    """
    names = capture(ledger, story)
    found = compared(story, subjects, lambda subject: answer(ledger, subject, names))
    for lot in story.lots if story.level == 1 else ():
        if lot in subjects:
            told = as_balanced(balance_of(ledger, View(), lot.canonical).as_json())
            truth = Stocks(story, lot).lines()
            lines = [f"- {line}" for line in sorted(truth - told)]
            lines += [f"+ {line}" for line in sorted(told - truth)]
            found += [Mismatch(lot, tuple(lines))] if lines else []
    return found


def compared(story: Story, subjects: Sequence[Key], ask: Callable[[Key], Answer]) -> list[Mismatch]:
    """Compare answers with the truth.

    Args:
        story: what happened, and how it was told.
        subjects: what to ask for.
        ask: gives the ledger's answer.
    """
    found = []
    for subject in subjects:
        truth = Truth(story.world, story.telling, subject).answer()
        if lines := truth.difference(ask(subject)):
            found.append(Mismatch(subject, tuple(lines)))
    return found


def in_words(story: Story, found: Sequence[Mismatch]) -> str:
    """Tell the story and where the ledger's answers differ from it."""
    parts = [story.in_words()]
    for mismatch in found:
        parts += [f"\nsubject {mismatch.subject} (- the truth, + the ledger)", *mismatch.lines]
    return "\n".join(parts)
