"""What a person may have meant by what they typed: keys, a product with a lot, a bare number.

People copy what stands on a label with its words and blanks, leave the check digit out, or mistype
it. Nothing of this touches what is captured: it only says where to look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import check_digit, meant_by, parse_identifier
from epcis_core.store.folding import as_typed

_LABEL: Final = re.compile(
    r"^(?:(?:số|mã|no|number)\b\.?\s*)?"
    r"(?:lô(?:\s+hàng)?|lot|batch|lsx|gtin|ean|upc|sscc|gln|serial|po|mã|số)"
    r"(?:\s*(?:no|number|số|hàng)\b\.?)?(?:\s*[:.#]\s*|\s+)",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(r"^(\d{8}|\d{12,14})[\s,;|/+-]+(\S.*)$", re.ASCII | re.DOTALL)
_LACKING: Final = frozenset({7, 11, 12, 13, 17})
"""Digits of a GTIN or SSCC whose check digit was left out."""

_SPLIT: Final = re.compile(r"\s*([()])\s*")


@dataclass(frozen=True)
class Typed:
    """A text as somebody typed, pasted or scanned it.

    Attributes:
        text: without blanks around it.
    """

    text: str

    @classmethod
    def read(cls, text: str) -> "Typed":
        """Return what was typed, as text.

        >>> Typed.read("GTIN: 8931234567897  Lô: DN-26").pair
        ('08931234567897', 'DN-26')
        >>> Typed.read("Lô DN-26").number
        'DN-26'
        """
        return cls(as_typed(text))

    @cached_property
    def number(self) -> str:
        """The text without a word such as `lot` before it."""
        return _LABEL.sub("", self.text, count=1) or self.text

    @property
    def numbers(self) -> tuple[str, ...]:
        """What may be a number: without the word before it, or as it stands, `PO 17`."""
        return tuple(dict.fromkeys((self.number, self.text)))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The canonical identifiers that it spells, the likeliest first."""
        found = [_key(one) for one in self._spellings()]
        if self.pair is not None:
            found.append(_key("(01){}(10){}".format(*self.pair)))
        return tuple(dict.fromkeys(one for one in found if one is not None))

    @cached_property
    def pair(self) -> tuple[str, str] | None:
        """The GTIN, of 14 digits, and the lot that stand side by side."""
        digits, lot = self._beside
        key = _key(digits)
        gtin = None if key is None else parse_identifier(key).gtin
        return (gtin, lot) if gtin is not None else None

    @cached_property
    def mended(self) -> tuple[str, ...]:
        """The canonical identifiers that it spells once a check digit is put right, or added."""
        found = [meant_by(one) for one in self._spellings()]
        digits, lot = self._beside
        if lot and self.pair is None:
            found.append(meant_by(f"(01){digits.zfill(14)}(10){lot}"))
        plain = re.sub(r"[\s.-]", "", self.number)
        if plain.isascii() and plain.isdigit() and len(plain) in _LACKING:
            found.append(_key(plain + check_digit(plain)))
        right = (one for one in found if one is not None and one not in self.keys)
        return tuple(dict.fromkeys(right))

    @cached_property
    def _beside(self) -> tuple[str, str]:
        """The digits of a GTIN, right or not, and what stands behind them; both may be empty."""
        found = _PAIR.match(self.number)
        if found is None:
            return "", ""
        return found[1], _LABEL.sub("", found[2].strip(), count=1)

    def _spellings(self) -> Iterator[str]:
        yield self.text
        yield self.number
        yield _SPLIT.sub(r"\1", self.number)
        yield "".join(self.number.split())


def _key(text: str) -> str | None:
    try:
        return str(parse_identifier(text).digital_link())
    except IdentifierError:
        return None
