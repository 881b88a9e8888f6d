"""What a party is told of a ledger, against what it is told without all that it may not see."""

from collections.abc import Mapping, Sequence
from difflib import unified_diff

from tests.visibility.foreseen import seen_by, taken
from tests.visibility.ledgers import site_of
from tests.visibility.parties import PARTIES, Party
from tests.visibility.questions import questions
from tests.visibility.story import Sending, story
from tests.visibility.told import answers, keep_query
from tests.world.chance import Chooser, shuffled


def wrong_with(chooser: Chooser, parties: Sequence[Party], *, asked: int, most: int) -> str:
    """Tell a story, ask through the eyes of some parties, and say what is wrong; empty for nothing.

    Args:
        chooser: makes the story and the questions.
        parties: who asks.
        asked: how many questions each asks.
        most: documents of the story.
    """
    sendings = story(chooser, most=most)
    with site_of(enumerate(sendings)) as site:
        if wrong := _unforeseen(sendings, [one.status for one in site.reports]):
            return wrong
        each = {
            party: shuffled(chooser, questions(chooser, sendings, party))[:asked]
            for party in parties
        }
        for other in PARTIES:
            if other not in parties:
                with site.client(other) as client:
                    keep_query(client, "AggregationEvent")
        told = {party: answers(site, party, each[party]) for party in parties}
    for party in parties:
        with site_of(seen_by(party, sendings), [party]) as site:
            if wrong := differing(told[party], answers(site, party, each[party])):
                return f"{party.name}: {wrong}"
    return ""


def _unforeseen(sendings: Sequence[Sending], statuses: Sequence[str]) -> str:
    """Say whether something else became of the documents than the model says."""
    for place, (outcome, status) in enumerate(zip(taken(sendings)[0], statuses, strict=True)):
        if outcome.is_kept != (status != "rejected"):
            return f"document {place} is {status}, expected {outcome}"
    return ""


def differing(told: Mapping[str, Sequence[str]], expected: Mapping[str, Sequence[str]]) -> str:
    """Say which answers differ, and in what the first of them does; empty for none."""
    found = [one for one in told if told[one] != expected[one]]
    if not found:
        return ""
    theirs, ours = (
        "\n".join(pages[found[0]]).replace(",", ",\n").splitlines() for pages in (told, expected)
    )
    lines = unified_diff(ours, theirs, "without what is unseen", "with it", lineterm="", n=1)
    return "\n".join([f"{len(found)} answers differ:", *found, *[*lines][:60]])
