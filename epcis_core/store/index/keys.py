"""The keys under which the fact index finds entries of the log."""

from functools import lru_cache
from hashlib import blake2b
from typing import Final

from epcis_core.provenance.facts import EventFacts
from epcis_core.store.names import PRODUCT

LOWER: Final = (1 << 32) - 1
"""The half of a key that is made of the whole name."""

_PRODUCT_SIZE: Final = len(PRODUCT) + 14


def member_of(lot: str) -> str:
    """Return the name under which the events are found that say what belongs to a lot."""
    return f"member of {lot}"


def part_of(transformation_id: str) -> str:
    """Return the name under which the events of a transformation are found."""
    return f"transformation {transformation_id}"


def declaring(event_id: str) -> str:
    """Return the name under which the error declarations about an event are found."""
    return f"declares {event_id}"


def received_again(sequence: int) -> str:
    """Return the name under which the receipts are found of whoever sent an event again."""
    return f"receipt {sequence}"


def key_of(name: str) -> int:
    """Return the key of a name, 64 bits with a sign.

    Two names may share a key. The upper half is made of the product alone, so that its lots and
    instances lie together; the lower half of the whole name.
    """
    whole = _digest(name)
    if name.startswith(PRODUCT):
        return _upper(name[:_PRODUCT_SIZE]) | whole & LOWER
    return whole


def keys_of(facts: EventFacts) -> set[int]:
    """Return the keys under which an event is found."""
    names = {named.object for named in facts.named}
    if facts.memberships:
        names |= {member_of(lot) for _, lot in facts.memberships}
    if facts.transformation_id is not None:
        names.add(part_of(facts.transformation_id))
    if facts.retracts:
        names.add(declaring(facts.event_id))
    return {key_of(name) for name in names}


def _digest(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


@lru_cache(maxsize=4_096)
def _upper(product: str) -> int:
    """Return the part of a key that is made of the product."""
    return _digest(product) & ~LOWER
