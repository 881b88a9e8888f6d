"""What becomes of a story, and what of it a party may see, without any of the code under test.

It is worked out from the sentences of the decision "Who asks, and what they see" alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.visibility.parties import Party, Told, may_see
from tests.visibility.story import Sending


@dataclass(frozen=True)
class Taken:
    """What becomes of a document.

    Attributes:
        statuses: of its events, in order.
        is_kept: something of it is in the ledger.
    """

    statuses: tuple[str, ...]
    is_kept: bool


def taken(sendings: Sequence[Sending]) -> tuple[list[Taken], Mapping[str, frozenset[Party]]]:
    """Say what becomes of each document, and who has sent each event that is kept, by its key."""
    content: dict[str, str] = {}
    senders: dict[str, frozenset[Party]] = {}
    outcomes = []
    for sending in sendings:
        fresh, before = dict(content), dict(senders)
        found = [
            "rejected" if n in sending.breaks else _taken(sending.sender, one, fresh, before)
            for n, one in enumerate(sending.events)
        ]
        is_kept = "rejected" not in found or (
            sending.proceed and any(one != "rejected" for one in found)
        )
        if is_kept:
            content, senders = fresh, before
        outcomes.append(Taken(tuple(found), is_kept))
    return outcomes, senders


def _taken(
    sender: Party, told: Told, content: dict[str, str], senders: dict[str, frozenset[Party]]
) -> str:
    key, said = key_of(told), _text(told)
    if content.setdefault(key, said) != said:
        return "rejected"
    known = senders.get(key, frozenset())
    senders[key] = known | {sender}
    return "duplicate" if sender in known else "witness" if known else "accepted"


def key_of(told: Told) -> str:
    """What makes an event this one: its id, and of an error declaration all it says."""
    is_plain = "eventID" in told.members and "errorDeclaration" not in told.members
    return str(told.members["eventID"]) if is_plain else _text(told)


def _text(told: Told) -> str:
    return json.dumps(told.members, sort_keys=True)


def seen_by(party: Party, sendings: Sequence[Sending]) -> list[tuple[int, Sending]]:
    """What is left of a story when all is taken away that a party may not see.

    Returns:
        Documents with their place in the story: its own as they are, and of those of others the
        events that it may see, without their master data.
    """
    outcomes, senders = taken(sendings)
    found = []
    for place, (sending, outcome) in enumerate(zip(sendings, outcomes, strict=True)):
        if sending.sender is party:
            found.append((place, sending))
            continue
        kept = tuple(
            told
            for told, status in zip(sending.events, outcome.statuses, strict=True)
            if status != "rejected"
            and outcome.is_kept
            and may_see(party, told, senders.get(key_of(told), frozenset()))
        )
        if kept:
            found.append((place, Sending(sending.sender, kept)))
    return found
