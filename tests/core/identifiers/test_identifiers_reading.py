"""Spellings that people, scanners and other systems use, and what is refused."""

import pytest

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import (
    Level,
    canonical,
    check_digit,
    company_prefix_length,
    hash_form,
    identifier_of,
    level_of,
    parse_identifier,
    party_of,
    place_of,
)

LOT = "https://id.gs1.org/01/08931234567897/10/L1"
GTIN = "https://id.gs1.org/01/08931234567897"
SSCC = "https://id.gs1.org/00/340123451111111111"

SPELLINGS = {
    "digital link": (LOT, LOT),
    "blanks and line end": (f"  {LOT}\r\n", LOT),
    "http and capitals": ("HTTP://ID.GS1.ORG/01/08931234567897/10/L1", LOT),
    "names instead of numbers": ("https://farm.example/gtin/08931234567897/lot/L1", LOT),
    "path before the key": ("https://farm.example/qr/v1/01/08931234567897/10/L1?17=271231", LOT),
    "GTIN-13 in a link": ("https://farm.example/01/8931234567897/10/L1", LOT),
    "consumer product variant": ("https://id.gs1.org/01/08931234567897/22/2A/10/L1", LOT),
    "GTIN-12 in a link": (
        "http://shop.example/01/001122334455",
        "https://id.gs1.org/01/00001122334455",
    ),
    "GTIN-8 in a link": (
        "http://shop.example/gtin-8/01/97803119",
        "https://id.gs1.org/01/00000097803119",
    ),
    "lower-case escapes": (
        "https://id.gs1.org/01/08931234567897/10/a%2fb",
        "https://id.gs1.org/01/08931234567897/10/a%2Fb",
    ),
    "escapes that are not needed": ("https://id.gs1.org/01/08931234567897/10/%4C1", LOT),
    "characters that should be escaped": (
        "https://id.gs1.org/01/08931234567897/10/a(b)+c",
        "https://id.gs1.org/01/08931234567897/10/a%28b%29%2Bc",
    ),
    "capitals of a URN": ("URN:EPC:class:lgtin:8931234567.089.L1", LOT),
    "UPUI pattern is the GTIN": ("urn:epc:idpat:upui:8931234567.089.*", GTIN),
    "SGLN without extension": (
        "urn:epc:id:sgln:4012345.00005.0",
        "https://id.gs1.org/414/4012345000054",
    ),
    "extension 0 in a link": (
        "https://id.gs1.org/414/4012345000054/254/0",
        "https://id.gs1.org/414/4012345000054",
    ),
    "extension 00 is one": (
        "urn:epc:id:sgln:4012345.00005.00",
        "https://id.gs1.org/414/4012345000054/254/00",
    ),
    "party by its old name": (
        "https://farm.example/party/4012345000054",
        "https://id.gs1.org/417/4012345000054",
    ),
    "service instance number": (
        "https://id.gs1.org/8018/401234500000067657/8019/3",
        "https://id.gs1.org/8018/401234500000067657",
    ),
    "component number 0": (
        "urn:epc:id:cpi:0614141.A.0",
        "https://id.gs1.org/8010/0614141A/8011/0",
    ),
    "brackets": ("(01)08931234567897(10)L1", LOT),
    "brackets, typed with blanks": ("(01) 8931234567897 (10) L1", LOT),
    "brackets with dates and weight": ("(01)08931234567897(17)271231(3103)000500(10)L1", LOT),
    "brackets, same AI twice": ("(01)08931234567897(10)L1(10)L1", LOT),
    "brackets within a value": (
        "(01)08931234567897(10)a(b)c",
        "https://id.gs1.org/01/08931234567897/10/a%28b%29c",
    ),
    "brackets, escaped": (
        r"(01)08931234567897(10)a\(21)c",
        "https://id.gs1.org/01/08931234567897/10/a%2821%29c",
    ),
    "GS1-128": ("]C1010893123456789710L1", LOT),
    "GS1 DataMatrix with dates first": ("]d21727123110L1\x1d0108931234567897", LOT),
    "GS1 QR Code with separators everywhere": ("]Q3\x1d0108931234567897\x1d10L1\x1d", LOT),
    "GS1 DataBar": ("]e00108931234567897", GTIN),
    "a leading separator alone": ("\x1d10L1\x1d0108931234567897", LOT),
    "no mark, with separator": ("10L1\x1d0108931234567897", LOT),
    "no mark": ("010893123456789710L1", LOT),
    "no mark, SSCC with AI": ("00340123451111111111", SSCC),
    "SSCC before the content's GTIN": ("]C100340123451111111111" + "0108931234567897", SSCC),
    "EAN-13 with symbology": ("]E08931234567897", GTIN),
    "link in a plain QR Code": (f"]Q1{LOT}", LOT),
    "asset of a marked barcode": ("]C180044012345ABC", "https://id.gs1.org/8004/4012345ABC"),
    "bare SSCC": ("340123451111111111", SSCC),
    "bare GTIN-14": ("08931234567897", GTIN),
    "bare GTIN-13": ("8931234567897", GTIN),
    "bare GTIN-12": ("001122334455", "https://id.gs1.org/01/00001122334455"),
    "bare GTIN-8": ("97803119", "https://id.gs1.org/01/00000097803119"),
}


@pytest.mark.parametrize(("text", "link"), SPELLINGS.values(), ids=SPELLINGS)
def test_any_spelling_is_read(text: str, link: str) -> None:
    assert parse_identifier(text).digital_link() == link


QUALIFIED = {
    "path order": "https://farm.example/01/08931234567897/22/v/10/L1/21/S1",
    "any order": "https://id.gs1.org/01/08931234567897/21/S1/10/L1/22/v",
    "brackets": "(22)v(21)S1(10)L1(01)08931234567897",
}


@pytest.mark.parametrize("text", QUALIFIED.values(), ids=QUALIFIED)
def test_an_item_with_a_serial_number_keeps_its_lot(text: str) -> None:
    item = parse_identifier(text)
    assert item.scheme == "sgtin"
    assert item.ais == (("01", "08931234567897"), ("22", "v"), ("10", "L1"), ("21", "S1"))
    assert (item.lot, item.serial, item.level) == ("L1", "S1", Level.INSTANCE)
    assert item.digital_link() == "https://id.gs1.org/01/08931234567897/21/S1"
    assert item.element_string() == "(01)08931234567897(22)v(10)L1(21)S1"
    assert item.epc_uri(10) == "urn:epc:id:sgtin:8931234567.089.S1"


def test_an_item_of_a_piece_keeps_its_lot() -> None:
    piece = parse_identifier("(8006)040123451111180102(10)L1(21)S1")
    assert (piece.scheme, piece.lot, piece.serial) == ("itip", "L1", "S1")


def test_a_tobacco_pack_keeps_its_lot() -> None:
    pack = parse_identifier("(01)08931234567897(10)L1(235)TPX")
    assert (pack.scheme, pack.lot, pack.serial) == ("upui", "L1", "TPX")


def test_capitals_and_leading_zeros_tell_serial_numbers_apart() -> None:
    links = {canonical(f"urn:epc:id:sgtin:4012345.011111.{serial}") for serial in ("a", "A", "0A")}
    assert len(links) == 3


def test_each_spelling_escapes_its_own_characters() -> None:
    item = parse_identifier(r"""(01)08931234567897(21)!"%&'\()*+,-./:;<=>?_""")
    key = "https://id.gs1.org/01/08931234567897/21/"
    urn = "urn:epc:id:sgtin:8931234567.089.!%22%25%26'()*+,-.%2F:;%3C=%3E%3F_"
    assert item.epc_uri(10) == urn
    assert canonical(urn) == f"{key}%21%22%25%26'%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F_"
    assert hash_form(urn) == f"{key}%21%22%25%26'%28%29%2A%2B%2C-.%2F%3A;%3C=%3E%3F_"


VERBATIM = {
    "web address": "https://example.com/x",
    "web address with capitals": "HTTPS://Example.com/01/?a=b#c",
    "domain alone": "https://id.gs1.org",
    "root of GS1's domain": "https://id.gs1.org/",
    "other page of GS1's domain": "https://id.gs1.org/vc/schema/v1/organizationdata",
    "GS1 key without EPC scheme": "https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K",
    "key's number, other value": "https://shop.example/01/reviews",
    "key with other segments behind": "https://shop.example/01/08931234567897/reviews/5",
    "key with one segment behind": "https://shop.example/01/08931234567897/reviews",
    "number without key": "https://shop.example/abc/9780345418913",
    "date and number": "https://erp.example/po/2026/01/20260105",
    "fragment": "https://shop.example/01/08931234567897#top",
    "gid": "urn:epc:id:gid:95100000.12345.400",
    "usdod": "urn:epc:id:usdod:CAGEY.5678",
    "adi": "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
    "bic": "urn:epc:id:bic:CSQU3054383",
    "imovn": "urn:epc:id:imovn:9176187",
    "other class": "urn:epc:class:other:1.2.3",
    "tag": "urn:epc:tag:sgtin-96:3.4012345.011111.9876",
    "uuid": "urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c11",
    "CBV transaction": "urn:epcglobal:cbv:bt:4012345000054:PO-1",
    "event hash": "ni:///sha-256;df7bb3c352fef055578554f09f5e2aa41782150ced7bd0b8af24dd3ccb30ba69?ver=CBV2.0",
    "geo": "geo:11.5639,108.9886",
    "pattern of all": "urn:epc:idpat:sgtin:*.*.*",
    "pattern of a company": "urn:epc:idpat:sgtin:4012345.*.*",
    "pattern with a range": "urn:epc:idpat:gid:95100000.[1-9].*",
    "pattern with a range of classes": "urn:epc:idpat:itip:4012345.011111.[01-02].02.*",
    "pattern of one object": "urn:epc:idpat:sgtin:4012345.011111.9876",
    "pattern of places": "urn:epc:idpat:sgln:4012345.*.*",
    "bare digits": "8931234567897",
    "empty": "",
}


@pytest.mark.parametrize("uri", VERBATIM.values(), ids=VERBATIM)
def test_what_is_no_gs1_key_stays_as_it_is(uri: str) -> None:
    assert canonical(uri) == uri
    assert hash_form(uri) == uri
    assert level_of(uri) is Level.OTHER
    assert party_of(uri) is None
    assert place_of(uri) is None


def message(uri: str, expected: str, actual: str, code: str = "malformed_identifier") -> str:
    return f"{code}: value={uri!r}, expected={expected!r}, actual={actual!r}"


WRONG = {
    uri: message(uri, expected, actual, *code)
    for uri, expected, actual, *code in [
        ("https://id.gs1.org/01/08931234567895", "7", "5", "wrong_check_digit"),
        ("https://farm.example/qr/01/8931234567895/10/L1", "7", "5", "wrong_check_digit"),
        ("https://id.gs1.org/8003/04012345000222", "1", "2", "wrong_check_digit"),
        ("https://id.gs1.org/00/340123451111111112", "1", "2", "wrong_check_digit"),
        ("https://id.gs1.org/01/123", "(01) N14", "123"),
        ("https://id.gs1.org/01/０8931234567897", "(01) N14", "０8931234567897"),
        ("https://id.gs1.org/8003/14012345000221", "(8003) N14 [X..16]", "14012345000221"),
        ("https://id.gs1.org/8004/ABC", "(8004) X..30", "ABC"),
        ("https://id.gs1.org/99/123", "/AI/value", "/99/123"),
        ("https://id.gs1.org/01", "/AI/value", "/01"),
        ("https://id.gs1.org/01/08931234567897/10", "/AI/value", "/01/08931234567897/10"),
        ("https://id.gs1.org/01/08931234567897/99/x", "22/10/21/235", "99"),
        ("https://id.gs1.org/01/08931234567897/21/a/21/b", "22/10/21/235", "21"),
        ("https://id.gs1.org/01/08931234567897/21/a/235/b", "(21) / (235)", "(21) + (235)"),
        ("https://id.gs1.org/01/08931234567897/21/a#b", "%23", "#b"),
        ("https://id.gs1.org/01/08931234567897/21/a%2", "(21) X..20", "a\ufffd2"),
        ("https://id.gs1.org/01/08931234567897/21/a%20b", "(21) X..20", "a b"),
        ("https://id.gs1.org/01/08931234567897/21/á", "(21) X..20", "á"),
        ("https://id.gs1.org/8010/0614141A/8011/012", "(8011) N..12", "012"),
        ("https://farm.example/01/08931234567897/10/" + 21 * "L", "(10) X..20", 21 * "L"),
        ("urn:epc:id:sgtin:4012345.0111111.1", "C.R N13", "4012345.0111111"),
        ("urn:epc:id:sgtin:4012345.01111a.1", "C.R N13", "4012345.01111a"),
        ("urn:epc:id:grai:4012345.0022.1", "C.R N12", "4012345.0022"),
        ("urn:epc:id:sgtin:40123.01111111.1", "C N6..12", "40123"),
        ("urn:epc:id:giai:401234x.1", "C N6..12", "401234x"),
        ("urn:epc:id:giai:4012345.", "R", ""),
        ("urn:epc:id:giai:4012345." + 24 * "1", "(8004) X..30", "4012345" + 24 * "1"),
        ("urn:epc:id:sgtin:4012345.011111", "urn:epc:id:sgtin:C.R.S", "4012345.011111"),
        ("urn:epc:id:sgtin:4012345.011111.", "(21) X..20", ""),
        ("urn:epc:id:sgtin:4012345.011111.a/b", "(21) X..20", "a\ufffdb"),
        ("urn:epc:id:sgtin:4012345.011111." + 21 * "1", "(21) X..20", 21 * "1"),
        ("urn:epc:id:grai:4012345.00022.", "urn:epc:id:grai:C.R.S", "4012345.00022."),
        ("urn:epc:id:itip:4012345.011111.1.002.9", "P N2", "1"),
        ("urn:epc:id:sgcn:4012345.22222.A", "(255) N13 [N..12]", "4012345222227A"),
        ("urn:epc:idpat:sgtin:4012345.01111.*", "C.R N13", "4012345.01111"),
        (
            "urn:epc:id:lgtin:4012345.011111.1",
            "urn:epc:class:lgtin:C.R.S",
            "urn:epc:id:lgtin:4012345.011111.1",
        ),
        (
            "urn:epc:id:SGTIN:4012345.011111.1",
            "urn:epc:id:sgtin:C.R.S",
            "urn:epc:id:SGTIN:4012345.011111.1",
        ),
    ]
}


@pytest.mark.parametrize(("uri", "expected"), WRONG.items(), ids=WRONG)
def test_a_broken_key_is_named(uri: str, expected: str) -> None:
    for read in (canonical, parse_identifier):
        with pytest.raises(IdentifierError) as caught:
            read(uri)
        assert str(caught.value) == expected
    assert hash_form(uri) == uri
    assert level_of(uri) is Level.OTHER
    assert party_of(uri) is None
    assert place_of(uri) is None


def none_of(text: str) -> tuple[str, str]:
    return text, f"not_an_identifier: value={text!r}"


NOT_READ = dict(
    [
        none_of(""),
        none_of("Hello World!"),
        none_of("8931234567897 L1"),
        none_of("123456"),
        none_of("https://example.com/x"),
        none_of("urn:epc:id:gid:95100000.12345.400"),
        none_of("8004" + "4012345ABC"),  # unmarked, and no check digit proves it
        none_of("4014012345ABC"),
        none_of("10L1"),
        none_of("]C110L1"),
        none_of("(10)L1"),
        none_of("0108931234567897 and more"),
        none_of("01089312345678"[:13] + "x"),
        (
            "8931234567895",
            message("8931234567895", "7", "5", "wrong_check_digit"),
        ),
        (
            "0108931234567895",
            message("0108931234567895", "7", "5", "wrong_check_digit"),
        ),
        ("]C10108931234", message("]C10108931234", "(01) 14", "08931234")),
        ("]C1XY", message("]C1XY", "AI", "XY")),
        ("]C10", message("]C10", "AI", "0")),
        (
            "(01)08931234567897(1234)5",
            message("(01)08931234567897(1234)5", "AI", "1234"),
        ),
        (
            "(01)08931234567897(10)a(10)b",
            message("(01)08931234567897(10)a(10)b", "(10) a", "(10) b"),
        ),
    ]
)


@pytest.mark.parametrize(("text", "expected"), NOT_READ.items(), ids=map(repr, NOT_READ))
def test_nothing_is_guessed(text: str, expected: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_identifier(text)
    assert str(caught.value) == expected


def test_spreadsheet_cells_make_an_identifier() -> None:
    lot = identifier_of({"01": "8931234567897", "10": "L 1".replace(" ", "")}, text="row 7")
    assert lot.digital_link() == LOT
    with pytest.raises(IdentifierError) as caught:
        identifier_of({"01": "8931234567897", "10": "L 1"}, text="row 7")
    assert str(caught.value) == message("row 7", "(10) X..20", "L 1")


def test_a_place_without_extension_writes_zero_in_its_epc_uri() -> None:
    place = parse_identifier("(414)4012345000054")
    assert place.epc_uri() == "urn:epc:id:sgln:4012345.00005.0"
    assert place.serial is None


PARTIES = {
    "SGLN": ("urn:epc:id:sgln:4012345.00005.0", "414/4012345000054"),
    "SGLN with extension": ("urn:epc:id:sgln:4012345.00005.1", "414/4012345000054/254/1"),
    "link": ("https://farm.example/gln/4012345000054", "414/4012345000054"),
    "PGLN": ("urn:epc:id:pgln:4012345.00005", None),
}


@pytest.mark.parametrize(("uri", "place"), PARTIES.values(), ids=PARTIES)
def test_a_gln_names_party_and_place(uri: str, place: str | None) -> None:
    assert party_of(uri) == "https://id.gs1.org/417/4012345000054"
    assert place_of(uri) == (None if place is None else f"https://id.gs1.org/{place}")


@pytest.mark.parametrize(
    "uri", ["urn:epc:id:sscc:4012345.3111111111", "urn:epc:id:gdti:4012345.00009.PO-4711"]
)
def test_other_keys_name_no_party(uri: str) -> None:
    assert party_of(uri) is None
    assert place_of(uri) is None


LENGTHS = {
    "GTIN": ("01", "04012345111118", 7),
    "indicator digit is no part of it": ("01", "94012345111111", 7),
    "GLN": ("414", "4012345000054", 7),
    "GRAI after its zero": ("8003", "04012345000221", 7),
    "asset": ("8004", "4012345ABC", 7),
    "asset too short for its prefix": ("8004", "40123A", None),
    "prefix not in the list": ("01", "02000000000008", None),
    "no key": ("10", "L1", None),
}


@pytest.mark.parametrize(("ai", "value", "length"), LENGTHS.values(), ids=LENGTHS)
def test_the_company_prefix_is_looked_up(ai: str, value: str, length: int | None) -> None:
    assert company_prefix_length(ai, value) == length


NO_EPC_URI = {
    "length unknown": ("(01)02000000000008", None),
    "length that no EPC URI has": ("(01)08931234567897", 5),
    "length longer than the asset": ("(8004)4012345A", 9),
    "letters within the prefix": ("(8004)40123ABCD", 7),
    "no reference left": ("(8004)4012345", 7),
    "scheme without EPC URI": ("(8006)040123451111180102(10)L1", 7),
}


@pytest.mark.parametrize(("text", "length"), NO_EPC_URI.values(), ids=NO_EPC_URI)
def test_no_epc_uri_is_invented(text: str, length: int | None) -> None:
    assert parse_identifier(text).epc_uri(length) is None


@pytest.mark.parametrize("payload", ["", "12a", "１２", "-1"])
def test_a_check_digit_is_made_of_digits_only(payload: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        check_digit(payload)
    assert str(caught.value) == message(payload, "N", payload)
