"""What is on one stamp: a lot or an item, its link, and what people read.

    >>> from epcis_core.identifiers import parse_identifier
    >>> one = Stamp(parse_identifier("(01)08936099141015(10)L/1"), "https://tem.example")
    >>> one.link
    'https://tem.example/01/08936099141015/10/L%2F1'
    >>> one.elements
    ('(01)08936099141015', '(10)L/1')

References:
    GS1 Digital Link Standard: URI Syntax; GS1 General Specifications, section 4.14 (HRI rules)
"""

from dataclasses import dataclass
from datetime import date

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Identifier, Level
from epcis_core.identifiers.escaping import DIGITAL_LINK

_EXPIRY = "17"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp.

    Attributes:
        identifier: a lot of a product, or an item of it.
        base: the address under which links are answered, without a slash at its end.
        name: what the product is called; may be empty.
        expiry: the last day on which it is good, of no zone; None for not said.
        pin: digits under a scratch-off layer; empty for none.
    """

    identifier: Identifier
    base: str
    name: str = ""
    expiry: date | None = None
    pin: str = ""

    @property
    def link(self) -> str:
        """The Digital Link: all that the identifier holds, and the expiry date behind it."""
        path = "".join(
            f"/{ai}/{value.translate(DIGITAL_LINK)}" for ai, value in self.identifier.ais
        )
        expiry = "" if self.expiry is None else f"?{_EXPIRY}={self.expiry:%y%m%d}"
        return f"{self.base}{path}{expiry}"

    @property
    def elements(self) -> tuple[str, ...]:
        """What stands under a barcode for people, one Application Identifier each."""
        found = [f"({ai}){value}" for ai, value in self.identifier.ais]
        if self.expiry is not None:
            found.append(f"({_EXPIRY}){self.expiry:%y%m%d}")
        return tuple(found)


def check_stampable(identifier: Identifier) -> Identifier:
    """Return an identifier that can stand on a stamp.

    Raises:
        IdentifierError: it is neither a lot nor an item of a trade item.
    """
    if identifier.scheme in {"lgtin", "sgtin"} and identifier.level in {Level.LOT, Level.INSTANCE}:
        return identifier
    raise IdentifierError("not_an_identifier", value=identifier.element_string())
