"""What is known of a firm before it fills in a sheet: its products, its places, its partners."""

from dataclasses import dataclass

from ingest.sheets.goods import choice
from ingest.sheets.templates import Kind


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that people know by a name, and records by a code.

    Attributes:
        name: what people call it.
        code: as a cell holds it: a GTIN, a GLN, or a GLN, a colon and an own code.
    """

    name: str
    code: str

    @property
    def shown(self) -> str:
        """The name and the code, as a drop-down list shows them."""
        return choice(self.name, self.code)


@dataclass(frozen=True, slots=True)
class Known:
    """What the drop-down lists of a template offer.

    Attributes:
        products: by GTIN or own code.
        places: by GLN, with a part of it behind a slash.
        partners: the firm itself and those it deals with, by GLN.
    """

    products: tuple[Thing, ...] = ()
    places: tuple[Thing, ...] = ()
    partners: tuple[Thing, ...] = ()

    def choices(self, kind: Kind) -> tuple[str, ...]:
        """Return what a column of a kind offers; nothing for most kinds."""
        things: dict[str, tuple[Thing, ...]] = {
            "product": self.products,
            "place": self.places,
            "party": self.partners,
        }
        return tuple(one.shown for one in things.get(kind, ()))
