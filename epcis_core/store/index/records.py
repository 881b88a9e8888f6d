"""What the fact index keeps under a sequence: the facts of an event, or a receipt.

A record is JSON in which what is often said is short. JSON holds no control characters, so that
those can stand for beginnings of identifiers.
"""

from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from epcis_core.model.references import ROLES
from epcis_core.provenance.facts import EventFacts, Named

_SHORT: Final = (
    (b"https://id.gs1.org/", b"\x01"),
    (b"ni:///sha-256;", b"\x02"),
    (b"null,null", b"\x03"),
    (b"[],[]", b"\x04"),
)
_role_and_unit: Final = itemgetter(1, 3)


_LONGEST: Final = 100


class Receipt(NamedTuple):
    """That somebody has sent an event which somebody else had sent before.

    Attributes:
        sequence: of the receipt.
        event: the sequence of the event.
        organisation: who has sent it, too.
    """

    sequence: int
    event: int
    organisation: str


def written(facts: EventFacts) -> bytes:
    """Return facts as the index keeps them, without their sequence."""
    text = orjson.dumps(
        (
            facts.event_id,
            facts.type,
            facts.time,
            facts.offset,
            facts.action,
            facts.biz_step,
            facts.disposition,
            facts.read_point,
            facts.biz_location,
            facts.transformation_id,
            facts.transactions,
            facts.sources,
            facts.destinations,
            [_group([*some]) for _, some in groupby(facts.named, _role_and_unit)],
            facts.memberships,
            facts.attributes,
            facts.organisation,
            facts.retracts,
            facts.reason,
            facts.corrective,
        )
    )
    for long, short in _SHORT:
        text = text.replace(long, short)
    return text


def written_receipt(receipt: Receipt) -> bytes:
    """Return a receipt as the index keeps it, without its sequence."""
    return orjson.dumps((receipt.event, receipt.organisation))


def read(sequence: int, record: bytes) -> EventFacts | Receipt:
    """Return what the index keeps under a sequence."""
    for long, short in _SHORT:
        record = record.replace(short, long)
    said: list[Any] = orjson.loads(record)
    if len(said) == 2:  # noqa: PLR2004 - a receipt's
        return Receipt(sequence, *said)
    for place in (10, 11, 12, 19):
        said[place] = tuple(said[place])
    said[13] = _named(said[13])
    said[14] = tuple(map(tuple, said[14]))
    said[15] = tuple(map(tuple, said[15]))
    return EventFacts(sequence, *said)


def _group(some: list[Named]) -> tuple[Any, ...]:
    """Return objects of one role and unit.

    What all begin with is told once, and their quantity where it is the same; then what is left of
    each.
    """
    one, role, quantity, uom = some[0]
    if len(some) == 1:
        return (role, uom, quantity, one)
    objects, _, quantities, _ = zip(*some, strict=True)
    said = quantity if len({*quantities}) == 1 else quantities
    size = _alike(min(objects), max(objects))
    return (role, uom, said, one[:size], *[other[size:] for other in objects])


def _alike(one: str, other: str) -> int:
    """Return with how many characters both begin, or a number not much smaller.

    Identifiers differ near their end.
    """
    size = min(len(one), len(other), _LONGEST)
    while one[:size] != other[:size]:
        size -= 1
    return size


def _named(groups: list[Any]) -> tuple[Named, ...]:
    found: list[Named] = []
    for word, uom, said, start, *rest in groups:
        role = ROLES[word]
        if not rest:
            found.append(Named(start, role, said, uom))
        elif isinstance(said, list):
            found += [
                Named(start + one, role, quantity, uom)
                for one, quantity in zip(rest, said, strict=True)
            ]
        else:
            found += [Named(start + one, role, said, uom) for one in rest]
    return tuple(found)
