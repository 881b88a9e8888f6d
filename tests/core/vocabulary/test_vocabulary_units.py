"""Units: their factors against independent figures, and exact conversion."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.vocabulary import Unit, convert, to_base, unit

QUANTITIES: dict[str, Any] = json.loads(
    (files("schemas") / "vocabulary" / "units.json").read_text(encoding="utf-8")
)["quantities"]
CODES = [code for quantity in QUANTITIES.values() for code in quantity["units"]]


def listed(code: str) -> Unit:
    found = unit(code)
    assert found is not None
    return found


UNITS = [listed(code) for code in CODES]
BY_NAME = {each.name_en: each.factor for each in UNITS}

# The figures that Recommendation 20 prints, rounded there to about seven digits.
PRINTED = {
    "LBR": "0.45359237", "ONZ": "2.834952e-2", "GRN": "64.79891e-6", "CWI": "50.80235",
    "CWA": "45.3592", "LTN": "1.016047e3", "STI": "6.350293", "STN": "0.9071847e3",
    "INQ": "16.387064e-6", "FTQ": "2.831685e-2", "YDQ": "0.764555", "GLI": "4.546092e-3",
    "GLL": "3.785412e-3", "PTI": "5.68261e-4", "QTI": "1.1365225e-3", "PTL": "4.731765e-4",
    "QTL": "9.463529e-4", "PTD": "5.506105e-4", "OZI": "2.841306e-5", "OZA": "2.957353e-5",
    "BUI": "3.636872e-2", "BUA": "3.523907e-2", "BLL": "158.9873e-3", "GLD": "4.404884e-3",
    "QTD": "1.101221e-3", "G21": "2.365882e-4", "G24": "1.478676e-5", "G25": "4.928922e-6",
    "INH": "25.4e-3", "FOT": "0.3048", "YRD": "0.9144", "SMI": "1609.344", "NMI": "1852",
    "AK": "1.8288", "INK": "6.4516e-4", "FTK": "9.290304e-2", "YDK": "8.361274e-1",
    "MIK": "2.589988e6", "ACR": "4046.873", "A48": "0.5555556", "PS": "6.894757e3",
    "UA": "133.3224", "HN": "133.3224", "F79": "3.38639e3", "F78": "2.49089e2",
    "ATM": "101325", "ATT": "98066.5", "E42": "9.80665e4", "KNT": "0.514444", "KMH": "0.277778",
    "HM": "0.44704", "FR": "5.08e-3", "BTU": "1.055056e3", "E14": "4.1868e3", "K53": "4.184e3",
    "2I": "2.930711e-1", "C78": "4.448222", "B37": "9.80665", "HJ": "735.49875",
    "87": "1.601846e1", "GE": "1.198264e2", "4U": "1.259979e-4", "2L": "4.719474e-4",
    "G2": "6.309020e-5", "G3": "7.57682e-5", "P27": "1.076391e1", "J24": "9.259259e-3",
    "J23": "1.543210e-4", "WEE": "6.048e5", "MON": "2.6298e6", "ANN": "3.15576e7",
    "CTM": "200e-6", "CUR": "3.7e10",
}  # fmt: skip


@pytest.mark.parametrize(("code", "printed"), PRINTED.items(), ids=PRINTED)
def test_a_factor_agrees_with_the_rounded_figure_of_recommendation_20(
    code: str, printed: str
) -> None:
    difference = abs(listed(code).factor / Fraction(printed) - 1)
    assert difference < Fraction(2, 10**6)


POUND, INCH, GRAVITY = Fraction("0.45359237"), Fraction("0.0254"), Fraction("9.80665")
FOOT = 12 * INCH


@pytest.mark.parametrize(
    ("code", "factor"),
    [
        pytest.param("PS", POUND * GRAVITY / INCH**2, id="pound-force over square inch"),
        pytest.param("C78", POUND * GRAVITY, id="pound-force"),
        pytest.param("ONZ", POUND / 16, id="ounce"),
        pytest.param("GRN", POUND / 7000, id="grain"),
        pytest.param("APZ", 480 * POUND / 7000, id="troy ounce, misprinted in Rec 20"),
        pytest.param("STN", 2000 * POUND, id="short ton"),
        pytest.param("LTN", 2240 * POUND, id="long ton"),
        pytest.param("GLL", 231 * INCH**3, id="US gallon"),
        pytest.param("OZA", 231 * INCH**3 / 128, id="US fluid ounce"),
        pytest.param("BUA", Fraction("2150.42") * INCH**3, id="US bushel"),
        pytest.param("OZI", Fraction("0.00454609") / 160, id="UK fluid ounce"),
        pytest.param("SMI", 5280 * FOOT, id="mile"),
        pytest.param("ACR", 43560 * Fraction(1200, 3937) ** 2, id="acre, of US survey feet"),
        pytest.param("HN", Fraction("13.5951") * GRAVITY, id="conventional mercury"),
        pytest.param("F79", Fraction("345.31554") * GRAVITY, id="inch of mercury"),
        pytest.param("F78", Fraction("25.4") * GRAVITY, id="inch of water"),
        pytest.param("UA", Fraction(101325, 760), id="torr"),
        pytest.param("BTU", POUND * Fraction("4186.8") * 5 / 9, id="British thermal unit"),
        pytest.param("KNT", Fraction(1852, 3600), id="knot"),
    ],
)
def test_a_factor_is_the_units_definition_exactly(code: str, factor: Fraction) -> None:
    assert listed(code).factor == factor


PREFIXES = {
    "nano": -9, "micro": -6, "milli": -3, "centi": -2, "deci": -1,
    "deca": 1, "hecto": 2, "kilo": 3, "mega": 6, "giga": 9,
}  # fmt: skip
COHERENT = {"siemens", "mole", "lumen", "joule", "sievert", "gray", "becquerel"}


def factor_by_name(name: str) -> Fraction | None:
    """Work out a unit's size from its English name, by the rules of the SI."""
    over = name.split(" per ")
    if len(over) == 2:
        parts = [factor_by_name(part) for part in over]
        return parts[0] / parts[1] if parts[0] and parts[1] else None
    if name.endswith(" squared"):
        side = factor_by_name(name.removesuffix(" squared"))
        return side and side**2
    powered = re.fullmatch(r"(square|cubic) (.+)", name)
    if powered:
        side = factor_by_name(powered[2])
        return side and side ** {"square": 2, "cubic": 3}[powered[1]]
    for prefix, exponent in PREFIXES.items():
        root = name.removeprefix(prefix)
        if root != name and (root in BY_NAME or root in COHERENT):
            return Fraction(10) ** exponent * (BY_NAME.get(root) or 1)
    return Fraction(1) if name in COHERENT else BY_NAME.get(name)


def test_every_name_that_says_a_size_says_the_factor() -> None:
    told = {
        each.code: (each.factor, factor_by_name(each.name_en))
        for each in UNITS
        if re.match(r"square |cubic |.* per |" + "|".join(PREFIXES), each.name_en)
        and not each.name_en.startswith(("part ", "percent ", "revolutions "))
    }
    assert len(told) > 180
    assert {code: pair for code, pair in told.items() if pair[0] != pair[1]} == {}


def test_units_of_a_quantity_hang_together() -> None:
    assert len(set(CODES)) == len(CODES)
    for each in UNITS:
        assert re.fullmatch("[A-Z0-9]{2,3}", each.code)
        assert each.factor > 0
        assert each.offset == 0 or each.quantity == "temperature"
        assert each.symbol or each.code == "C62"
        assert each.name_en
        assert each.name_vi
    for name, quantity in QUANTITIES.items():
        bases = [
            each
            for each in UNITS
            if each.quantity == name and each.factor == 1 and each.offset == 0
        ]
        assert bases or name == "dimensionless"
        assert quantity["base"] in {"1", "1/s", *(each.symbol for each in bases)}


def test_unit() -> None:
    assert unit("FAH") == Unit(
        code="FAH",
        quantity="temperature",
        factor=Fraction(5, 9),
        offset=Fraction("459.67") * Fraction(5, 9),
        symbol="°F",
        name_en="degree Fahrenheit",
        name_vi="độ F",
    )


@pytest.mark.parametrize("code", ["", "kg", "kgm", "XBX", "E4", "MTR "])
def test_a_code_without_a_fixed_size_is_no_unit(code: str) -> None:
    assert unit(code) is None
    assert to_base(Decimal(1), code) is None
    assert convert(Decimal(1), code, "KGM") is None
    assert convert(Decimal(1), "KGM", code) is None


@pytest.mark.parametrize(
    ("value", "from_code", "expected", "to_code"),
    [
        pytest.param("1", "TNE", "1000", "KGM", id="tonne"),
        pytest.param("2.5", "DTN", "250", "KGM", id="quintal"),
        pytest.param("1", "LBR", "453.59237", "GRM", id="pound"),
        pytest.param("1", "GLL", "3.785411784", "LTR", id="US gallon"),
        pytest.param("-40", "CEL", "-40", "FAH", id="where the scales meet"),
        pytest.param("212", "FAH", "100", "CEL", id="boiling water"),
        pytest.param("-18", "CEL", "-0.4", "FAH", id="freezer"),
        pytest.param("0", "KEL", "-273.15", "CEL", id="absolute zero"),
        pytest.param("491.67", "A48", "0", "CEL", id="ice in degrees Rankine"),
        pytest.param("1", "ATM", "1013.25", "MBR", id="atmosphere"),
        pytest.param("36", "KMH", "10", "MTS", id="speed"),
        pytest.param("1.5", "HAR", "15000", "MTK", id="hectare"),
        pytest.param("3", "DZN", "36", "H87", id="dozen"),
        pytest.param("1", "MQH", "0.2777777777777777777777777778", "G51", id="rounded"),
        pytest.param("1", "PAL", "0.0001450377377302092151542410280", "PS", id="rounded, small"),
        pytest.param("5", "P1", "50000", "59", id="percent"),
        pytest.param("1", "P71", "1000", "P72", id="dose rate"),
    ],
)
def test_convert(value: str, from_code: str, expected: str, to_code: str) -> None:
    assert convert(Decimal(value), from_code, to_code) == Decimal(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(("25", "CEL"), ("298.15", "KEL"), id="Celsius and kelvin"),
        pytest.param(("77", "FAH"), ("25", "CEL"), id="Fahrenheit and Celsius"),
        pytest.param(("1000", "GRM"), ("1", "KGM"), id="gram and kilogram"),
        pytest.param(("0.1", "MTR"), ("10", "CMT"), id="no binary fractions"),
        pytest.param(("3", "FOT"), ("1", "YRD"), id="foot and yard"),
    ],
)
def test_equal_amounts_have_equal_bases(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert to_base(Decimal(one[0]), one[1]) == to_base(Decimal(other[0]), other[1])


def test_to_base_names_the_quantity() -> None:
    assert to_base(Decimal("12.5"), "GRM") == ("mass", Fraction(1, 80))


@pytest.mark.parametrize(
    ("from_code", "to_code"),
    [
        pytest.param("KGM", "CEL", id="mass and temperature"),
        pytest.param("LTR", "KGM", id="volume and mass"),
        pytest.param("60", "VP", id="percent by weight and by volume"),
        pytest.param("C62", "P1", id="count and proportion"),
        pytest.param("HTZ", "RPS", id="frequency and rotation"),
        pytest.param("A95", "D13", id="absorbed dose and dose equivalent"),
    ],
)
def test_different_quantities_never_convert(from_code: str, to_code: str) -> None:
    assert convert(Decimal(1), from_code, to_code) is None


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("NaN", id="not a number"),
        pytest.param("sNaN", id="signalling"),
        pytest.param("-Infinity", id="infinite"),
        pytest.param("1e999999999", id="more digits than memory"),
        pytest.param("1e-999999999", id="more decimals than memory"),
        pytest.param("1e401", id="just too large"),
        pytest.param("1." + "1" * 1000, id="too many digits"),
    ],
)
def test_what_is_no_measured_number_has_no_base(value: str) -> None:
    assert to_base(Decimal(value), "KGM") is None
    assert convert(Decimal(value), "KGM", "GRM") is None


def test_the_largest_numbers_convert_exactly() -> None:
    assert convert(Decimal("1e400"), "KGM", "GRM") == Decimal("1e403")
    ones = "1" * 1000
    assert convert(Decimal(f"{ones}E-999"), "KGM", "GRM") == Decimal(f"{ones}E-996")


MEASURED = st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e12", max_value="1e12")
PAIRS = st.sampled_from(UNITS).flatmap(
    lambda one: st.tuples(
        st.just(one), st.sampled_from([each for each in UNITS if each.quantity == one.quantity])
    )
)


@given(value=MEASURED, pair=PAIRS)
def test_there_and_back_is_the_same_amount(value: Decimal, pair: tuple[Unit, Unit]) -> None:
    one, other = pair
    there = convert(value, one.code, other.code)
    assert there is not None
    back = convert(there, other.code, one.code)
    assert back is not None
    # Each way may round in the 28th digit of a number that the scale's zero may have made larger.
    base = Fraction(value) * one.factor + one.offset
    allowed = (abs(base) + one.offset + other.offset) / 10**26
    assert abs(Fraction(back) - Fraction(value)) * one.factor <= allowed


@given(value=MEASURED, pair=PAIRS)
def test_a_conversion_is_exact_or_has_28_digits(value: Decimal, pair: tuple[Unit, Unit]) -> None:
    one, other = pair
    converted = convert(value, one.code, other.code)
    assert converted is not None
    exact = (Fraction(value) * one.factor + one.offset - other.offset) / other.factor
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        assert Fraction(converted) == exact
    else:
        assert len(converted.as_tuple().digits) == 28
        assert abs(Fraction(converted) / exact - 1) <= Fraction(1, 10**27)


@given(value=MEASURED, one=st.sampled_from(UNITS), other=st.sampled_from(UNITS))
def test_units_convert_exactly_when_they_measure_the_same(
    value: Decimal, one: Unit, other: Unit
) -> None:
    converted = convert(value, one.code, other.code)
    assert (converted is not None) == (one.quantity == other.quantity)
