"""A mistyped check digit: what was meant, in every spelling, and nothing else is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.identifiers import check_digit, meant_by, mistyped, parse_identifier

LOT = "https://id.gs1.org/01/08931234567897/10/L1"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("(01)08931234567890(10)L1", LOT),
        ("https://farm.example/01/08931234567890/10/L1?17=270101", LOT),
        ("]C10108931234567890", "https://id.gs1.org/01/08931234567897"),
        ("8931234567890", "https://id.gs1.org/01/08931234567897"),
        ("389360991426031111", "https://id.gs1.org/00/389360991426031110"),
        (
            "https://id.gs1.org/414/9506000134308/254/shed",
            "https://id.gs1.org/414/9506000134307/254/shed",
        ),
        ("https://id.gs1.org/8003/09506000134355A7", "https://id.gs1.org/8003/09506000134352A7"),
    ],
    ids=["element string", "Digital Link", "barcode", "GTIN-13", "SSCC", "place", "serial behind"],
)
def test_what_was_meant_has_the_right_digit(text: str, meant: str) -> None:
    assert meant_by(text) == meant
    found = mistyped(text)
    assert found is not None
    assert found.code == "mistyped_check_digit"
    assert found.message.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    "text",
    ["", LOT, "(01)08931234567897(10)L1", "L1", "(01)08931234567", "https://x.example/1",
     "https://id.gs1.org/01/08931234567890/10/" + "x" * 30],
    ids=["nothing", "right", "right too", "a lot", "a digit less", "a page", "a lot too long"],
)  # fmt: skip
def test_nothing_is_asked_where_the_digit_is_right_or_more_is_wrong(text: str) -> None:
    assert meant_by(text) is None
    assert mistyped(text) is None


@given(payload=st.text("0123456789", min_size=13, max_size=13), slip=st.integers(1, 9))
def test_only_the_last_digit_is_changed(payload: str, slip: int) -> None:
    right = check_digit(payload)
    typed = f"(01){payload}{(int(right) + slip) % 10}(21)7"
    assert meant_by(typed) == parse_identifier(f"(01){payload}{right}(21)7").digital_link()
