"""Property: what is written in any spelling is read back as the same, for every scheme."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import (
    Identifier,
    canonical,
    check_digit,
    hash_form,
    identifier_of,
    level_of,
    parse_identifier,
    party_of,
    place_of,
)

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


CODES = ("malformed_identifier", "not_an_identifier", "wrong_check_digit")
each_scheme = pytest.mark.parametrize("scheme", list(SCHEMES))


@each_scheme
@given(data=st.data())
def test_three_spellings_are_read_back(scheme: str, data: st.DataObject) -> None:
    identifier, length = data.draw(identifiers(scheme))
    assert identifier.scheme == scheme
    assert parse_identifier(identifier.element_string()) == identifier
    assert parse_identifier(identifier.digital_link()) == identifier
    epc_uri = identifier.epc_uri(length)
    if scheme == "itip_lot":
        assert epc_uri is None
    else:
        assert epc_uri is not None
        assert parse_identifier(epc_uri) == identifier
        assert parse_identifier(epc_uri).epc_uri(length) == epc_uri


@each_scheme
@given(data=st.data())
def test_every_spelling_has_one_canonical_form(scheme: str, data: st.DataObject) -> None:
    identifier, length = data.draw(identifiers(scheme))
    link = identifier.digital_link()
    spellings = [link, link.replace("https://id.gs1.org", "http://farm.example/qr")]
    epc_uri = identifier.epc_uri(length)
    spellings += [epc_uri] if epc_uri else []
    assert {canonical(spelling) for spelling in spellings} == {link}
    assert {hash_form(spelling) for spelling in spellings} == {hash_form(link)}
    assert canonical(hash_form(link)) == link
    assert {level_of(spelling) for spelling in spellings} == {identifier.level}


@each_scheme
@given(data=st.data())
def test_a_scanner_sends_the_same(scheme: str, data: st.DataObject) -> None:
    identifier, _ = data.draw(identifiers(scheme))
    sent = "".join(f"{ai}{value}\x1d" for ai, value in identifier.ais)
    for mark in ("]C1", "]d2", "]Q3", "]e0", "]J1", "\x1d", "]d2\x1d"):
        assert parse_identifier(mark + sent) == identifier


@given(data=st.data())
def test_any_wrong_digit_is_noticed(data: st.DataObject) -> None:
    with_check = [name for name, row in SCHEMES.items() if "check_at" in KEYS[row["key"]]]
    identifier, _ = data.draw(identifiers(data.draw(st.sampled_from(with_check))))
    link = identifier.digital_link()
    (ai, value), *_ = identifier.ais
    leading_zero = KEYS[ai].get("in_front") == "zero"
    place = data.draw(st.integers(int(leading_zero), KEYS[ai]["check_at"]))
    digit = data.draw(st.sampled_from(DIGITS.replace(value[place], "")))
    at = len(f"https://id.gs1.org/{ai}/") + place
    with pytest.raises(IdentifierError, match=r"^wrong_check_digit: "):
        canonical(link[:at] + digit + link[at + 1 :])


@given(st.text(DIGITS, min_size=1, max_size=40))
def test_check_digits_follow_the_rule(payload: str) -> None:
    assert check_digit(payload) == naive_check_digit(payload)


@given(place=identifiers("sgln"))
def test_a_place_names_its_party(place: tuple[Identifier, int]) -> None:
    sgln, _ = place
    assert place_of(sgln.digital_link()) == sgln.digital_link()
    assert party_of(sgln.digital_link()) == f"https://id.gs1.org/417/{sgln.gln}"


@given(st.text())
def test_any_other_text_is_no_identifier(text: str) -> None:
    assert canonical(text) == text
    assert hash_form(text) == text


@given(
    st.sampled_from(
        ["urn:epc:id:sgtin:", "urn:epc:idpat:", "https://id.gs1.org/01/", "(01)", "]C1"]
    ),
    st.text() | st.text(SET_82),
)
def test_nothing_but_identifier_errors_is_raised(start: str, rest: str) -> None:
    assert hash_form(start + rest)
    for read in (canonical, parse_identifier):
        try:
            read(start + rest)
        except IdentifierError as error:
            raised = error.code, error.values["value"] in start + rest
            assert raised in {(code, True) for code in CODES}
