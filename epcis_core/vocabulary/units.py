"""Units of measure: exact conversion between units of one physical quantity.

Amounts are compared and added in the base unit of their quantity (mass in kilograms, temperature
in kelvins), as fractions, so that 1000 g and 1 kg are equal and not nearly so. Units of different
quantities are never comparable: a percentage by weight is none by volume.

References:
    UN/ECE Recommendation No. 20; the factors are the units' own definitions (BIPM SI Brochure;
    NIST SP 811, appendix B), since Recommendation 20 rounds them
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files

_ROUNDED = Context(prec=28)

# A decimal of a few bytes can denote a number of billions of digits. Binary64 ends near 10^308,
# and no measurement comes close to that.
_LARGEST_EXPONENT = 400
_MOST_DIGITS = 1000


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; a value `x` in it is `factor * x + offset` in the quantity's base unit.

    Attributes:
        code: the UN/ECE Recommendation 20 common code, such as `KGM`.
        quantity: the physical quantity, such as `mass`; only units of one quantity compare.
        factor: base units per unit, exact and positive.
        offset: the unit's zero in base units; 0 except for `CEL` and `FAH`.
        symbol: what to print behind a number, such as `kg`; empty for `C62`.
        name_en: name in English, singular.
        name_vi: name in Vietnamese.
    """

    code: str
    quantity: str
    factor: Fraction
    offset: Fraction
    symbol: str
    name_en: str
    name_vi: str


@cache
def _units() -> Mapping[str, Unit]:
    source = files("schemas") / "vocabulary" / "units.json"
    quantities = json.loads(source.read_text(encoding="utf-8"))["quantities"]
    return {
        code: Unit(
            code=code,
            quantity=quantity,
            factor=Fraction(row["factor"]),
            offset=Fraction(row.get("offset", 0)),
            symbol=row["symbol"],
            name_en=row["en"],
            name_vi=row["vi"],
        )
        for quantity, listed in quantities.items()
        for code, row in listed["units"].items()
    }


def unit(code: str) -> Unit | None:
    """Return the unit of a code, or None for a code without a fixed size.

    >>> unit("TNE").name_vi
    'tấn'
    """
    return _units().get(code)


def unit_codes() -> tuple[str, ...]:
    """Return the codes of all units with a fixed size, in the order of the table."""
    return tuple(_units())


def _fraction(value: Decimal) -> Fraction | None:
    """Return a value as a fraction, or None if it is no number of a sane size."""
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT:
        return None
    return Fraction(value) if len(value.as_tuple().digits) <= _MOST_DIGITS else None


def to_base(value: Decimal, code: str) -> tuple[str, Fraction] | None:
    """Return a measured value in the base unit of its quantity, to compare or to add.

    Args:
        value: the amount in the unit.
        code: the unit's UN/ECE Recommendation 20 code.

    Returns:
        The physical quantity and the exact amount in its base unit; None if the unit is unknown
        (then compare only with the same code) or the value is no number within 10^±400 of at most
        1,000 digits.

    >>> to_base(Decimal("25.5"), "CEL")
    ('temperature', Fraction(5973, 20))
    """
    measured = _units().get(code)
    if measured is None:
        return None
    amount = _fraction(value)
    if amount is None:
        return None
    return measured.quantity, amount * measured.factor + measured.offset


def convert(value: Decimal, from_code: str, to_code: str) -> Decimal | None:
    """Return a measured value in another unit of the same quantity.

    Args:
        value: the amount in the first unit.
        from_code: the first unit's UN/ECE Recommendation 20 code.
        to_code: the other unit's code.

    Returns:
        The exact amount if it ends as a decimal, else rounded half-even to 28 significant digits;
        None if a unit is unknown, the quantities differ, or `to_base` refuses the value.

    >>> convert(Decimal("2.5"), "DTN", "KGM")
    Decimal('250')
    """
    in_base = to_base(value, from_code)
    wanted = _units().get(to_code)
    if in_base is None or wanted is None or wanted.quantity != in_base[0]:
        return None
    return from_base(in_base[1], to_code)


def from_base(amount: Fraction, code: str) -> Decimal:
    """Return an amount in the base unit of a quantity in another unit of that quantity.

    Args:
        amount: what `to_base` returns.
        code: the unit's UN/ECE Recommendation 20 code; an unknown one has no other base.

    Returns:
        The exact amount if it ends as a decimal, else rounded half-even to 28 significant digits.

    >>> from_base(Fraction(5, 2), "GRM")
    Decimal('2500')
    """
    wanted = _units().get(code)
    return _decimal(amount if wanted is None else (amount - wanted.offset) / wanted.factor)


def _decimal(amount: Fraction) -> Decimal:
    top, bottom = amount.numerator, amount.denominator
    # A fraction ends as a decimal if its denominator divides a power of ten, and then it has no
    # more digits than numerator and denominator have bits.
    ends = pow(10, bottom.bit_length(), bottom) == 0
    context = Context(prec=top.bit_length() + bottom.bit_length() + 1) if ends else _ROUNDED
    return context.divide(Decimal(top), Decimal(bottom))
