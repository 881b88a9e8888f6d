"""Goods as a page counts them: a lot by itself, single items of one product together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from api.web.bars import added
from api.web.naming import Namer
from epcis_core.provenance.kinds import key_of


@dataclass(frozen=True, slots=True)
class Goods:
    """A lot, or single items of one product.

    Attributes:
        objects: identifiers, in order.
        name: what they are, in words.
        label: the same, and how many there are.
        numbers: of several items, the number of each.
    """

    objects: tuple[str, ...]
    name: str
    label: str
    numbers: tuple[str, ...] = ()


@dataclass(slots=True)
class Pile:
    """Amounts of the same goods, to be added up.

    Attributes:
        objects: identifiers, in order, each once.
        amounts: digits of `uom`; None is not known.
        uom: UN/ECE Rec 20; None for a count of items.
    """

    uom: str | None = None
    objects: dict[str, None] = field(default_factory=dict)
    amounts: list[str | None] = field(default_factory=list)

    def put(self, objects: Iterable[str], amount: str | None) -> None:
        """Add an amount of objects."""
        self.objects.update(dict.fromkeys(objects))
        self.amounts.append(amount)

    @property
    def total(self) -> str | None:
        """The sum; None where a part of it is not known."""
        return added(self.amounts)


def sort_of(one: str) -> str:
    """Return what single items of one product have in common; of anything else itself."""
    key = key_of(one)
    return key.gtin if key is not None and key.gtin and key.serial else one


def goods_of(objects: Sequence[str], namer: Namer) -> Goods:
    """Return goods of one sort with their name."""
    first = objects[0]
    if len(objects) == 1:
        return Goods(tuple(objects), namer.thing(first), namer.thing(first))
    key = key_of(first)
    gtin = key.gtin if key is not None else None
    name = (namer.product(gtin) if gtin else None) or (f"GTIN {gtin}" if gtin else first)
    number = namer.texts.number(len(objects))
    serials = tuple((found.serial if (found := key_of(one)) else None) or one for one in objects)
    label = namer.texts("thing.many", number=number, name=name)
    return Goods(tuple(objects), name, label, serials)


def in_words(amount: str | None, uom: str | None, namer: Namer) -> str:
    """Return an amount that stands alone; one that is not known says so."""
    if amount is None:
        return namer.texts("balance.unknown")
    return namer.texts.amount_or_count(amount, uom)
