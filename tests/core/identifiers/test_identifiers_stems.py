"""Recognising an identifier by its stem says what reading the whole of it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Level, canonical, hash_form, identifier_in, parse_level, reading
from epcis_core.identifiers.escaping import EVENT_HASH
from epcis_core.identifiers.stems import (
    Beginning,
    beginning_of_link,
    beginning_of_urn,
    cut_urn,
    numbers_of,
    read_uri,
)
from epcis_core.identifiers.widening import whole_link
from tests.strategies.identifiers import SCHEMES, identifiers

Told = tuple[object, ...]


def recognised(uri: str) -> Told:
    """What is said of a URI whose beginning has been seen before."""
    for _ in "12":
        reading.recognised.cache_clear()
        hash_form(uri)
    try:
        return canonical(uri), hash_form(uri), parse_level(uri), identifier_in(uri)
    except IdentifierError as error:
        assert (hash_form(uri), identifier_in(uri)) == (uri, None)
        return error.code, error.values, error.meant


def read_whole(uri: str) -> Told:
    try:
        read = read_uri(uri)
    except IdentifierError as error:
        return error.code, error.values, error.meant
    if read is None:
        return uri, uri, Level.OTHER, None
    return read.digital_link(), read.digital_link(EVENT_HASH), read.level, read


@pytest.mark.parametrize("scheme", list(SCHEMES))
@given(data=st.data())
def test_a_stem_says_what_the_readers_say(scheme: str, data: st.DataObject) -> None:
    identifier, length = data.draw(identifiers(scheme))
    links = [identifier.digital_link(), whole_link(identifier)]
    links += [link.replace("https://id.gs1.org", "HTTPS://farm.example/qr/01") for link in links]
    uri = data.draw(st.sampled_from([*links, identifier.epc_uri(length) or links[0]]))
    assert recognised(uri) == read_whole(uri)
    at = data.draw(st.integers(0, len(uri)))
    put = data.draw(st.text("019Aa./:%?#*-_é", max_size=2))
    cut_out = data.draw(st.integers(0, 2))
    changed = uri[:at] + put + uri[at + cut_out :]
    assert recognised(changed) == read_whole(changed)


ITEM = "https://id.gs1.org/01/04012345111118"


@pytest.mark.parametrize(
    "uri",
    [
        f"{ITEM}/21/1/10/7",
        f"{ITEM}/21/1/22/7",
        f"{ITEM}/21/1?10=/7",
        f"{ITEM}/21/1#/7",
        f"{ITEM}/235/7/21/7",
        f"{ITEM}/10/7/235/7",
        f"{ITEM}/21/123456789012345678901",
        "https://id.gs1.org/414/4012345000054/254/0",
        "https://id.gs1.org/8010/4012345ABC/8011/07",
        "https://id.gs1.org/8003/04012345111118",
        "https://id.gs1.org/8006/040123451111180102",
        "https://id.gs1.org/253/4012345000054",
        "https://id.gs1.org/8018/401234511111111114/8019/7",
        "urn:epc:id:sgtin:4012345.011111/7",
        "urn:epc:id:sgtin:4012345.011111.%2.7",
        "urn:epc:id:pgln:40123450000.7",
        "urn:epc:id:sgln:4012345.00005.0",
        "urn:epc:id:sgln:4012345.00005.gate",
        "urn:epc:id:sscc:4012345.0000000001",
        "urn:epc:id:sscc:4012345.000000001",
        "urn:epc:id:sscc:4012345.000000000²",
        "urn:epc:id:sscc:40123.000000000001",
        "urn:epc:id:pgln:401234500005.",
        "urn:epc:id:gsrn:4012345.1234567890",
        "urn:epc:id:gsin:4012345.123456789",
        "urn:epc:idpat:sgtin:4012345.011111.7",
        "URN:epc:id:sgtin:4012345.011111.7",
        "urn:epc:ID:sgtin:4012345.011111.7",
    ],
)
def test_what_follows_may_mean_more_than_a_value(uri: str) -> None:
    assert recognised(uri) == read_whole(uri)


@pytest.mark.parametrize(
    "uri",
    [
        f"{ITEM}/21/A-7.b",
        f"{ITEM}/10/L1/21/7",
        "http://farm.example/qr/01/04012345111118/10/L1",
        ITEM,
        "https://id.gs1.org/00/340123450000000000",
        "https://id.gs1.org/414/4012345000054",
        "https://id.gs1.org/8004/4012345A",
        "https://id.gs1.org/8003/04012345111118A-1",
        "urn:epc:id:sgtin:4012345.011111.A.7",
        "urn:epc:class:lgtin:4012345.011111.L1",
        "urn:epc:id:grai:4012345.11111.7",
        "urn:epc:id:giai:4012345.A.7",
    ],
)
def test_the_common_spellings_have_a_stem(uri: str) -> None:
    link, slash, tail = uri.rpartition("/")
    start, last = (link, tail) if slash else cut_urn(uri)
    beginning = Beginning(f"{start}{slash or '.'}")
    stem = beginning.stem or beginning.again() or beginning.again()
    assert stem is not None
    assert stem.identifier(last) == read_uri(uri)
    assert recognised(uri) == read_whole(uri)


@pytest.mark.parametrize(
    "text",
    [f"{ITEM}/{'a/' * 200}21/7", f"urn:epc:id:sgtin:{'1' * 300}.2.7", f"{'x' * 300}.7"],
    ids=["link", "EPC URI", "another"],
)
def test_a_long_text_fills_no_cache_of_stems(text: str) -> None:
    caches = (beginning_of_link, beginning_of_urn, numbers_of)
    before = [one.cache_info() for one in caches]
    assert recognised(text) == read_whole(text)
    assert [one.cache_info() for one in caches] == before


def test_a_stem_is_read_when_a_second_identifier_begins_so() -> None:
    beginning = Beginning("urn:epc:id:sgtin:4012345.011111.")
    assert beginning.again() is None
    stem = beginning.again()
    assert stem is not None
    assert beginning.stem is stem is beginning.again()
    without = Beginning("urn:epc:id:sgln:4012345.00005.")
    assert [without.again() for _ in range(3)] == [None, None, None]
