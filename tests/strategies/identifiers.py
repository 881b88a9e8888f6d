"""Valid identifiers of every scheme, drawn from the table of keys."""

import tomllib
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import schemas
from epcis_core.identifiers import Identifier, identifier_of

TABLE = tomllib.loads(
    (Path(schemas.__path__[0]) / "identifiers/key_schemes.toml").read_text(encoding="utf-8")
)
KEYS = {row["ai"]: row for row in TABLE["key"]}
QUALIFIERS = {row["ai"]: row for row in TABLE["qualifier"]}
SCHEMES = {row["name"]: row for row in TABLE["scheme"]}

DIGITS = "0123456789"
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SET_39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHARACTERS = {"N": DIGITS, "X": SET_82, "Y": SET_39}


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=length, max_size=length)


def naive_check_digit(payload: str) -> str:
    """The General Specifications' rule as they tell it: 3 and 1 in turn, from the right."""
    total = 0
    for place, digit in enumerate(reversed(payload)):
        total += int(digit) * (3 if place % 2 == 0 else 1)
    return str((10 - total % 10) % 10)


def variable(format_: str) -> st.SearchStrategy[str]:
    """Values of a format such as `X..20`."""
    characters = CHARACTERS[format_[0]]
    return st.text(characters, min_size=1, max_size=int(format_.partition("..")[2]))


def qualifier_value(ai: str) -> st.SearchStrategy[str]:
    row = QUALIFIERS[ai]
    values = variable(row["format"])
    if row.get("leading_zero") is False:
        values = values.filter(lambda value: value == "0" or not value.startswith("0"))
    return values.filter(lambda value: value != row.get("none"))


@st.composite
def identifiers(draw: st.DrawFn, scheme_name: str) -> tuple[Identifier, int]:
    """A valid identifier of a scheme, with the length of its company prefix."""
    scheme: dict[str, Any] = SCHEMES[scheme_name]
    key: dict[str, Any] = KEYS[scheme["key"]]
    length = draw(st.integers(6, 12))
    in_key = "qualifier" not in scheme and scheme.get("epc_uri", "").endswith(".S")
    if "check_at" in key:
        zero = key.get("in_front") == "zero"
        payload = "0" * zero + draw(digits(key["check_at"] - zero))
        value = payload + naive_check_digit(payload)
        if key["ai"] == "8006":
            value += draw(digits(4))
        if in_key:
            value += draw(variable(key["format"].partition("[")[2].removesuffix("]")))
    else:
        reference = st.text(CHARACTERS[key["format"][0]], min_size=1, max_size=30 - length)
        value = draw(digits(length)) + draw(reference)
    elements = {key["ai"]: value}
    if "qualifier" in scheme:
        elements[scheme["qualifier"]] = draw(qualifier_value(scheme["qualifier"]))
    return identifier_of(elements, text="drawn"), length
