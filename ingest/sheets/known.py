"""What is known of a firm before it fills in a sheet: its products, its places, its partners."""

from dataclasses import dataclass
from functools import cached_property

from epcis_core.findings import Where, finding
from ingest.sheets.goods import choice
from ingest.sheets.grid import CellError, Value
from ingest.sheets.names import fold, lowered
from ingest.sheets.templates import Kind

_CODES: dict[Kind, str] = {"product": "products", "place": "places", "party": "partners"}
"""Kinds of columns that hold codes, and what gives them names."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that people know by a name, and records by a code.

    Attributes:
        name: what people call it.
        code: as a cell holds it: a GTIN, a GLN, or a GLN, a colon and an own code.
        also: what else they call it.
    """

    name: str
    code: str
    also: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The name and the code, as a drop-down list shows them."""
        return choice(self.name, self.code)


@dataclass(frozen=True)
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
        return tuple(one.shown for one in self._things(kind))

    def code_in(self, kind: Kind, value: Value, at: Where) -> Value:
        """Return the code that a cell's name stands for; any other value as it is.

        A name is taken as it is written; where nothing is called that, without capitals, accents
        and signs.

        Args:
            kind: of the cell's column.
            value: what the cell holds.
            at: where.

        Raises:
            CellError: `sheet_name_ambiguous`.
        """
        codes = self.names(kind, value) if isinstance(value, str) else ()
        if len(codes) > 1:
            choices = ", ".join(codes)
            raise CellError(
                finding("sheet_name_ambiguous", at=at, actual=repr(value), choices=choices)
            )
        return codes[0] if codes else value

    def names(self, kind: Kind, text: str) -> tuple[str, ...]:
        """Return the codes of whatever a text is the name of; none for most texts."""
        exact, folded = self._codes.get(kind, ({}, {}))
        return exact.get(lowered(text)) or folded.get(fold(text)) or ()

    def _things(self, kind: Kind) -> tuple[Thing, ...]:
        things: tuple[Thing, ...] = getattr(self, _CODES[kind]) if kind in _CODES else ()
        return things

    @cached_property
    def _codes(self) -> dict[Kind, tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]]:
        """Codes by kind and by name: as it is written, and folded."""
        found = {}
        for kind in _CODES:
            exact: dict[str, dict[str, None]] = {}
            folded: dict[str, dict[str, None]] = {}
            for one in self._things(kind):
                for name in filter(None, (one.name, *one.also)):
                    exact.setdefault(lowered(name), {})[one.code] = None
                    folded.setdefault(fold(name), {})[one.code] = None
            found[kind] = (
                {name: tuple(codes) for name, codes in exact.items()},
                {name: tuple(codes) for name, codes in folded.items() if name},
            )
        return found
