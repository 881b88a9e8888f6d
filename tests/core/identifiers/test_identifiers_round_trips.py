"""Property: what is written in any spelling is read back as the same, for every scheme."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import (
    Identifier,
    canonical,
    check_digit,
    hash_form,
    level_of,
    parse_identifier,
    party_of,
    place_of,
)
from tests.strategies.identifiers import (
    DIGITS,
    KEYS,
    SCHEMES,
    SET_82,
    identifiers,
    naive_check_digit,
)

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
