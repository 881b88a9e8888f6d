"""Numbers and units as people write them; what can be read two ways is told, not guessed."""

import difflib
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from epcis_core.findings import Where, finding
from epcis_core.vocabulary.units import unit, unit_codes
from ingest.sheets.dates import shown
from ingest.sheets.grid import CellError, Value
from ingest.sheets.names import fold, lowered

PIECES: Final = "C62"
"""Of a quantity that counts; EPCIS writes it as none."""

_PARTS: Final = re.compile(r"([+-]?)\s*([\d.,\s]*\d)\s*(\D*)")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,\s])\d{3})(?:\1\d{3})*")
_BLANKS: Final = re.compile(r"\s")
_EXACT: Final = 15  # digits that a number of a spreadsheet has
_MOST: Final = 30  # digits of any amount
_GROUP: Final = 3

Amount = tuple[Decimal, str | None]
"""A number, and the code of the unit that stands behind it in the same cell."""


def read_number(value: Value, at: Where) -> Amount:
    """Return the number in a cell.

    Args:
        value: what the cell holds.
        at: where.

    Raises:
        CellError: `sheet_number_unreadable` or `sheet_number_ambiguous`.
    """
    if isinstance(value, float):
        return Decimal(f"{value:.{_EXACT}g}"), None
    if not isinstance(value, str):
        raise CellError(finding("sheet_number_unreadable", at=at, actual=shown(value)))
    text = (
        value.strip().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    )
    found = _PARTS.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    code = unit_of(found[3]) if found is not None and found[3].strip() else None
    if found is None or (found[3].strip() and code is None) or len(found[2]) > _MOST:
        raise CellError(finding("sheet_number_unreadable", at=at, actual=repr(value)))
    digits = _BLANKS.sub(" ", found[2])
    if _is_ambiguous(digits):
        bare = re.sub("[.,]", "", digits)
        decimal = re.sub("[.,]", ",", digits)
        raise CellError(
            finding(
                "sheet_number_ambiguous", at=at, actual=repr(value), whole=bare, fraction=decimal
            )
        )
    number = _decimal(digits)
    if number is None:
        raise CellError(finding("sheet_number_unreadable", at=at, actual=repr(value)))
    return (-number if found[1] == "-" else number), code


def plain(number: Decimal) -> str:
    """Return a number as JSON has it, without an exponent.

    >>> plain(Decimal("1E+3")), plain(Decimal("12.50"))
    ('1000', '12.50')
    """
    return f"{number:f}"


def read_unit(value: Value, at: Where) -> str:
    """Return the Recommendation 20 code in a cell.

    Raises:
        CellError: `sheet_unit_unknown`.
    """
    code = unit_of(value) if isinstance(value, str) else None
    if code is None:
        near = difflib.get_close_matches(lowered(shown(value)), _common(), n=3)
        told = ", ".join(near) or "kg, tấn, lít, chai, thùng"
        raise CellError(finding("sheet_unit_unknown", at=at, actual=shown(value), near=told))
    return code


def unit_of(text: str) -> str | None:
    """Return the code of a unit by what people call it, or by the code itself.

    Accents may be left out where that leaves one unit.

    >>> unit_of("Tấn"), unit_of("tan"), unit_of("KGM"), unit_of("chai"), unit_of("ta")
    ('TNE', 'TNE', 'KGM', 'C62', None)
    """
    code = text.strip()
    if code == code.upper() and (code in unit_codes() or code in _written_codes()):
        return code
    exact = _names().get(lowered(text))
    if exact is not None:
        return exact
    known = _folded().get(fold(text), frozenset())
    return next(iter(known)) if len(known) == 1 else None


def unit_choices() -> tuple[tuple[str, str], ...]:
    """Return the units that a template offers: a word in English and one in Vietnamese."""
    return (
        ("kg", "kg"),
        ("g", "g"),
        ("tonne", "tấn"),
        ("litre", "lít"),
        ("ml", "ml"),
        ("piece", "cái"),
        ("head", "con"),
        ("bottle", "chai"),
        ("box", "hộp"),
        ("carton", "thùng"),
        ("sack", "bao"),
        ("crate", "sọt"),
        ("bunch", "bó"),
    )


def _is_ambiguous(digits: str) -> bool:
    """Tell whether the one sign in a number may divide thousands, or begin the fraction."""
    before, sign, behind = digits.partition("." if "." in digits else ",")
    only_one = bool(sign) and not {".", ",", " "} & {*before, *behind}
    return only_one and len(behind) == _GROUP and 1 <= len(before) <= _GROUP and before[0] != "0"


def _decimal(digits: str) -> Decimal | None:
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0 or (_GROUPED.fullmatch(digits) and digits.count(digits[last]) > 1):
        whole, fraction = digits, ""
    else:
        whole, fraction = digits[:last], digits[last + 1 :]
    if fraction and not fraction.isdigit():
        return None
    if not whole.isdigit():
        if _GROUPED.fullmatch(whole) is None or (last >= 0 and fraction and digits[last] in whole):
            return None
        whole = re.sub(r"[.,\s]", "", whole)
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


@cache
def _names() -> Mapping[str, str]:
    """Return what units are called, with accents, to their codes."""
    names: dict[str, str] = {}
    for code in unit_codes():
        known = unit(code)
        if known is not None:
            for name in (known.symbol, known.name_en, known.name_vi):
                if name and lowered(name):
                    names.setdefault(lowered(name), code)
    for code, written in _written().items():
        names |= dict.fromkeys(map(lowered, written), code)
    return names


@cache
def _folded() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, code in _names().items():
        found[fold(name)].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _written() -> Mapping[str, list[str]]:
    source = files("schemas") / "vocabulary" / "unit_names.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@cache
def _common() -> tuple[str, ...]:
    """Return the words that people write for units, among which a mistyped one is looked for."""
    return tuple(lowered(word) for words in _written().values() for word in words)


def _written_codes() -> frozenset[str]:
    return frozenset(_written())
