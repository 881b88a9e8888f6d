"""What is carried to a target of one lot: its record, and which lots it was made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from epcis_core.dossier.lot_record import lot_record
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.dossier import lot_material
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View


@dataclass(frozen=True, slots=True)
class Made:
    """The record of a lot.

    Attributes:
        record: JSON.
        hash: the same for equal records, and for no others.
        upstream: lots that it was made of, however far.
    """

    record: Mapping[str, Any] | Sequence[Any]
    hash: str
    upstream: tuple[str, ...]


Make = Callable[[str], Made | None]
"""Makes the record of a lot by its canonical identifier; None where nothing is known of it."""


def record_of(
    ledger: Ledger,
    books: Bookkeeping,
    view: View,
    lot: str,
    now: int,
) -> Made | None:
    """Return the record of a lot; None where no event that holds is about it.

    Args:
        ledger: where the events are.
        books: the registry.
        view: what may be seen.
        lot: canonical.
        now: the clock, microseconds since 1970 UTC.
    """
    material = lot_material(ledger, view, books, lot)
    record = lot_record(material, now)
    if not record.stages:
        return None
    objects = material.trace.objects
    up = tuple(one.id for one in objects if one.kind == "lot" and one.role == "upstream")
    return Made(record.model_dump(mode="json"), record.hash, up)
