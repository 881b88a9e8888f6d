"""Amounts as a party of a recall types them; what can be read two ways is asked again."""

from decimal import Decimal
from typing import Final

from epcis_core.findings import Language, Where, finding
from ingest.sheets.grid import CellError
from ingest.sheets.numbers import PIECES, plain, read_number

LONGEST: Final = 20
"""Characters of an amount, as typed."""

_GROUP: Final = 3  # digits, which could stand behind a sign between thousands


def amount_in(text: str, uom: str | None) -> str | None:
    """Return an amount as typed, with a point or a comma, its unit behind it or not; None for none.

    Args:
        text: as typed.
        uom: UN/ECE Rec 20, in which it is asked for; None for a count of items.

    Raises:
        CellError: it is no amount, is less than 0, has another unit, or can be read two ways.

    >>> amount_in("12,5 kg", "KGM"), amount_in("1.200.000", None), amount_in(" ", None)
    ('12.5', '1200000', None)
    """
    typed = text.strip()
    if not typed:
        return None
    number, unit = read_number(typed, Where())
    if number < 0 or len(typed) > LONGEST or unit not in {None, uom or PIECES}:
        raise CellError(finding("sheet_number_unreadable", actual=repr(text)))
    return plain(abs(number))


def as_typed(amount: str | None, language: Language) -> str:
    """Return an amount so that `amount_in` reads it as it is; empty for none.

    >>> as_typed("1200", "vi"), as_typed("9.50", "vi"), as_typed("1.250", "en")
    ('1200', '9,5', '1.25')
    >>> as_typed("1.234", "vi")
    '1,2340'
    """
    if amount is None:
        return ""
    shown = plain(Decimal(amount))
    whole, sign, fraction = shown.partition(".")
    fraction = fraction.rstrip("0")
    if not fraction:
        return whole
    filled = fraction + "0" * (len(fraction) == _GROUP)
    return f"{whole}{',' if language == 'vi' else sign}{filled}"
