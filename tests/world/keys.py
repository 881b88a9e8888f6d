"""GS1 keys as the simulated businesses print and write them.

Written from the GS1 General Specifications and the EPC Tag Data Standard alone, so that the
ledger's own reading of identifiers is measured against something it does not share.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import total_ordering
from typing import Final
from urllib.parse import quote

CANONICAL: Final = "https://id.gs1.org"


class Spelling(Enum):
    """How a business writes its identifiers."""

    DIGITAL_LINK = auto()
    EPC_URN = auto()
    OWN_DOMAIN = auto()


@total_ordering
@dataclass(frozen=True, slots=True)
class Key:
    """One GS1 key.

    Attributes:
        path: the path of its canonical Digital Link, with the leading slash.
        urn: its EPC URN, instance or class.
        element: its element string with brackets, as printed below a barcode.
        long_path: of an item the path that names its lot too; else empty.
    """

    path: str
    urn: str
    element: str
    long_path: str = ""

    @property
    def canonical(self) -> str:
        """The canonical Digital Link, which is how answers name the key."""
        return CANONICAL + self.path

    @property
    def is_item(self) -> bool:
        """Tell whether it is one item of a product, and no amount of goods."""
        return self.path.startswith("/01/") and "/21/" in self.path

    @property
    def lot_number(self) -> str:
        """The number of a lot as its maker writes it."""
        return self.element.partition("(10)")[2]

    def spelled(self, spelling: Spelling, domain: str, *, with_lot: bool = False) -> str:
        """Write the key as a business with this habit and this domain does.

        Args:
            spelling: how.
            domain: of the business's own Digital Links.
            with_lot: an item is named with its lot, which a URN cannot do.
        """
        if spelling is Spelling.EPC_URN:
            return self.urn
        path = self.long_path if with_lot and self.long_path else self.path
        return (CANONICAL if spelling is Spelling.DIGITAL_LINK else domain) + path

    def __lt__(self, other: "Key") -> bool:
        return self.path < other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.path == other.path

    def __repr__(self) -> str:
        return self.path


def check_digit(digits: str) -> str:
    """Return the digit that makes the weighted sum a multiple of ten.

    References:
        GS1 General Specifications, section 7.9: weights 3 and 1 by turns, 3 on the last digit.
    """
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _checked(digits: str, length: int) -> str:
    if len(digits) != length - 1:
        raise ValueError(f"{digits!r} and a check digit are not {length} digits")
    return digits + check_digit(digits)


def _escaped(value: str) -> str:
    return quote(value, safe="")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A GS1 company prefix, and the keys its owner makes with it."""

    digits: str

    def _reference(self, number: int, width: int) -> str:
        return str(number).zfill(width - len(self.digits))

    def gtin(self, product: int) -> str:
        """Return the GTIN-14, indicator 0, of a product number."""
        return _checked("0" + self.digits + self._reference(product, 12), 14)

    def lot(self, product: int, lot: str) -> Key:
        """Return a lot of a product: an LGTIN."""
        gtin = self.gtin(product)
        return Key(
            f"/01/{gtin}/10/{_escaped(lot)}",
            f"urn:epc:class:lgtin:{self.digits}.0{self._reference(product, 12)}.{_escaped(lot)}",
            f"(01){gtin}(10){lot}",
        )

    def trade_item(self, product: int) -> Key:
        """Return the class of all items of a product, without a lot."""
        gtin = self.gtin(product)
        return Key(
            f"/01/{gtin}",
            f"urn:epc:idpat:sgtin:{self.digits}.0{self._reference(product, 12)}.*",
            f"(01){gtin}",
        )

    def item(self, product: int, lot: str, serial: str) -> Key:
        """Return one item of a lot of a product: an SGTIN, which by itself names no lot."""
        gtin = self.gtin(product)
        return Key(
            f"/01/{gtin}/21/{_escaped(serial)}",
            f"urn:epc:id:sgtin:{self.digits}.0{self._reference(product, 12)}.{_escaped(serial)}",
            f"(01){gtin}(21){serial}",
            f"/01/{gtin}/10/{_escaped(lot)}/21/{_escaped(serial)}",
        )

    def pallet(self, number: int) -> Key:
        """Return a logistic unit: an SSCC with extension digit 3."""
        reference = self._reference(number, 16)
        sscc = _checked(f"3{self.digits}{reference}", 18)
        return Key(f"/00/{sscc}", f"urn:epc:id:sscc:{self.digits}.3{reference}", f"(00){sscc}")

    def crate(self, kind: int, serial: str) -> Key:
        """Return a returnable asset: a GRAI."""
        reference = self._reference(kind, 12)
        grai = "0" + _checked(self.digits + reference, 13) + serial
        urn = f"urn:epc:id:grai:{self.digits}.{reference}.{serial}"
        return Key(f"/8003/{grai}", urn, f"(8003){grai}")

    def logger(self, reference: str) -> Key:
        """Return an individual asset: a GIAI."""
        giai = self.digits + reference
        return Key(f"/8004/{giai}", f"urn:epc:id:giai:{self.digits}.{reference}", f"(8004){giai}")

    def gln(self, number: int) -> str:
        """Return a GLN of 13 digits."""
        return _checked(self.digits + self._reference(number, 12), 13)

    def party(self, number: int) -> Key:
        """Return a party: a PGLN."""
        gln = self.gln(number)
        urn = f"urn:epc:id:pgln:{self.digits}.{self._reference(number, 12)}"
        return Key(f"/417/{gln}", urn, f"(417){gln}")

    def place(self, number: int, extension: str = "0") -> Key:
        """Return a place: an SGLN; extension `0` means the place itself."""
        gln = self.gln(number)
        urn = f"urn:epc:id:sgln:{self.digits}.{self._reference(number, 12)}.{extension}"
        if extension == "0":
            return Key(f"/414/{gln}", urn, f"(414){gln}")
        return Key(f"/414/{gln}/254/{extension}", urn, f"(414){gln}(254){extension}")
