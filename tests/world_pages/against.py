"""The pages against the world: tell stories to a served ledger, read its pages, and compare."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.served import client_of, served
from tests.world.against import capture
from tests.world.keys import Key
from tests.world.story import Story
from tests.world_pages import shown, truth


@contextmanager
def pages_of(folder: Path, stories: Sequence[Story]) -> Iterator[httpx.Client]:
    """Give a browser of a server whose ledger was told stories."""
    with Ledger.open(folder / "worlds.duckdb") as ledger:
        for story in stories:
            capture(ledger, story)
        with (
            served(create_app(ledger)) as address,
            client_of(address, Accept="text/html", Accept_Language="en") as client,
        ):
            yield client


def mismatches(client: httpx.Client, story: Story, subjects: Sequence[Key]) -> list[str]:
    """Return where pages about labels, and about the businesses, do not say what is true.

    Amounts are compared where everybody reports everything: what is left where they do not is not
    for the records to say.
    """
    found: list[str] = []

    def compare(what: str, told: frozenset[str], true: frozenset[str]) -> None:
        found.extend(f"{what} - {line}" for line in sorted(true - told))
        found.extend(f"{what} + {line}" for line in sorted(told - true))

    for subject in subjects:
        traced = shown.open_page(client, shown.asked("/trace", subject))
        told, true = shown.coverage(traced), truth.coverage(story, subject)
        compare(f"coverage of {subject}", frozenset([told]), frozenset([true]))
        if story.level > 1 or subject not in story.lots:
            continue
        balanced = truth.balance(story, subject)
        compare(f"balance of {subject} in its trace", shown.balance_in_trace(traced), balanced)
        own = shown.open_page(client, shown.asked("/balance", subject))
        compare(f"balance of {subject}", shown.balance(own), balanced)
        recalled = shown.open_page(client, shown.asked("/recall", subject))
        lots = truth.affected(story, subject)
        names = {truth.named(lot): lot for lot in lots}
        told_to, sent = shown.customers(recalled, names), truth.customers(story, lots)
        compare(f"customers in the recall of {subject}", told_to, sent)
        there, lying = shown.on_hand(recalled, names), truth.on_hand(story, lots)
        compare(f"on hand in the recall of {subject}", there, lying)
    for teller in story.tellers if story.level == 1 else ():
        names = {truth.named(lot): lot for lot in story.lots}
        party, name = teller.party, truth.called(story, teller.party)
        told_lots = shown.balance_of_party(client, party.key, name, names)
        compare(f"balance of {party}", told_lots, truth.balance_of_party(story, party))
    return found
