"""The canonical spelling of numbers, times, terms and URIs in the event hash."""

import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.event_hash.spelling import member_name, number_of, term_of, time_of, uri_of
from epcis_core.model.namespaces import Namespaces
from epcis_core.vocabulary import VocabularyList

NAMESPACES = Namespaces.of_context({"farm": "https://farm.example/epcis/"})

CANONICAL = re.compile(r"0|-?(?:[1-9][0-9]*|(?:0|[1-9][0-9]*)\.[0-9]*[1-9])")
PLAIN_NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("0e99", "0"),
        ("1", "1"),
        ("-1.0", "-1"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("1e2", "100"),
        ("1E+2", "100"),
        ("1.25e1", "12.5"),
        ("25e-3", "0.025"),
        ("1e-7", "0.0000001"),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.1"),
        ("1e400", "1" + "0" * 400),
        ("1" + "0" * 400, "1" + "0" * 400),
        ("1" + "0" * 401, "1e401"),
        ("12" + "0" * 500, "12e500"),
        ("1e401", "1e401"),
        ("10.0e999999999999", "1e1000000000000"),
        ("-12.50e-999999999999", "-125e-1000000000000"),
        (" +007.10 ", "7.1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("INF", "INF"),
        ("NaN", "NaN"),
        (".", "."),
        ("e5", "e5"),
        ("1_000", "1_000"),
        ("١٢", "١٢"),
    ],
)
def test_a_number_is_written_in_one_way(text: str, expected: str) -> None:
    assert number_of(text) == expected


@given(PLAIN_NUMBERS)
def test_a_number_keeps_its_value_and_loses_its_spelling(text: str) -> None:
    found = number_of(text)
    assert Fraction(found) == Fraction(text)
    assert CANONICAL.fullmatch(found)


@given(PLAIN_NUMBERS, PLAIN_NUMBERS)
def test_two_numbers_are_written_alike_only_if_they_are_equal(one: str, other: str) -> None:
    assert (number_of(one) == number_of(other)) is (Fraction(one) == Fraction(other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:00:00+07:00", "2026-03-01T01:00:00.000Z"),
        ("2026-03-01T01:00:00Z", "2026-03-01T01:00:00.000Z"),
        ("2026-03-01T01:00:00.1Z", "2026-03-01T01:00:00.100Z"),
        ("2026-03-01T01:00:00.1414Z", "2026-03-01T01:00:00.141Z"),
        ("2026-03-01T01:00:00.1415Z", "2026-03-01T01:00:00.142Z"),
        ("2026-03-01T01:00:00.0005Z", "2026-03-01T01:00:00.001Z"),
        ("2026-03-01T01:00:00.00049999999Z", "2026-03-01T01:00:00.000Z"),
        ("2026-12-31T23:59:59.9995Z", "2027-01-01T00:00:00.000Z"),
        ("2026-01-01T00:00:00-14:00", "2026-01-01T14:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.9994Z", "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T23:59:59.9995Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_is_in_utc_with_milliseconds(text: str, expected: str) -> None:
    assert time_of(text) == expected


@given(st.integers(0, 58), st.text("0123456789", min_size=1, max_size=12))
def test_a_time_is_rounded_half_up_at_its_fourth_decimal(second: int, digits: str) -> None:
    exact = Decimal(f"{second}.{digits}")
    rounded = exact.quantize(Decimal("0.001"), ROUND_HALF_UP)
    assert time_of(f"2026-03-01T01:00:{second:02d}.{digits}Z") == (
        f"2026-03-01T01:00:{rounded:06}Z"
    )


@pytest.mark.parametrize(
    ("vocabulary", "text", "expected"),
    [
        pytest.param(
            VocabularyList.BIZ_STEP,
            " shipping ",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            id="word",
        ),
        pytest.param(
            VocabularyList.BIZ_STEP,
            "urn:epcglobal:cbv:bizstep:shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            id="URN",
        ),
        pytest.param(
            VocabularyList.BIZ_STEP,
            "cbv:BizStep-shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            id="compact URI",
        ),
        pytest.param(
            VocabularyList.SENSOR_ALERT_TYPE,
            "gs1:AT-Alarm_condition",
            "https://gs1.org/voc/ALARM_CONDITION",
            id="draft",
        ),
        pytest.param(
            VocabularyList.DISPOSITION,
            "urn:epcglobal:cbv:bizstep:shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            id="URN of another list",
        ),
        pytest.param(VocabularyList.DISPOSITION, "shipping", "shipping", id="word of another list"),
        pytest.param(
            VocabularyList.BIZ_STEP,
            "farm:milking",
            "https://farm.example/epcis/milking",
            id="somebody else's compact URI",
        ),
        pytest.param(
            VocabularyList.BIZ_STEP, "urn:x:milking", "urn:x:milking", id="somebody else's URI"
        ),
        pytest.param(
            VocabularyList.MEASUREMENT_TYPE,
            "https://ref.gs1.org/voc/NotYetKnown",
            "https://gs1.org/voc/NotYetKnown",
            id="a type that is newer than the tables",
        ),
    ],
)
def test_a_term_is_written_as_its_web_uri(
    vocabulary: VocabularyList, text: str, expected: str
) -> None:
    assert term_of(vocabulary)(text, NAMESPACES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "urn:epcglobal:cbv:bt:4012345000054:1",
            "urn:epcglobal:cbv:bt:4012345000054:1",
            id="business transaction",
        ),
        pytest.param("farm:a/b", "https://farm.example/epcis/a/b", id="compact URI"),
        pytest.param("farm://a/b", "farm://a/b", id="a URI whose scheme is also a prefix"),
        pytest.param("geo:11.5,108.9", "geo:11.5,108.9", id="no prefix"),
        pytest.param("https://x.example/" + "a" * 300, "https://x.example/" + "a" * 300, id="long"),
        pytest.param(
            "https://farm.example/01/04012345999990/10/L1?" + "x" * 300,
            "https://id.gs1.org/01/04012345999990/10/L1",
            id="long Digital Link",
        ),
    ],
)
def test_a_uri_is_written_in_one_way(text: str, expected: str) -> None:
    assert uri_of(text, NAMESPACES) == expected


@pytest.mark.parametrize(
    "namespaces",
    [
        pytest.param(Namespaces(), id="of the EPCIS context"),
        pytest.param(Namespaces.of_context({"cbvmda": "urn:epcglobal:cbv:mda"}), id="of XML"),
    ],
)
def test_master_data_have_one_namespace(namespaces: Namespaces) -> None:
    assert member_name("cbvmda:lotNumber", namespaces) == "{urn:epcglobal:cbv:mda}lotNumber"


@pytest.mark.parametrize("start", ["", "farm:", "urn:x:"])
def test_a_long_term_is_not_kept_in_memory(start: str) -> None:
    text = start + "a" * 300
    spell = term_of(VocabularyList.BIZ_STEP)
    before = sys.getrefcount(text)
    spelled = spell(text, NAMESPACES)
    assert spelled.endswith("a" * 300)
    del spelled
    assert sys.getrefcount(text) == before
