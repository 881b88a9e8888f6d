"""One named case for every row of the table of schemes, in all its spellings."""

from dataclasses import dataclass

import pytest

from epcis_core.identifiers import Identifier, Level, canonical, level_of, parse_identifier
from epcis_core.identifiers.schemes import SCHEMES


@dataclass(frozen=True)
class Row:
    scheme: str
    level: Level
    epc_uri: str | None
    path: str
    elements: str
    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    gln: str | None = None
    prefix_length: int = 7


ROWS = [
    Row(
        scheme="sscc",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:sscc:4012345.3111111111",
        path="/00/340123451111111111",
        elements="(00)340123451111111111",
    ),
    Row(
        scheme="sgtin",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
        path="/01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
        elements=r"""(01)80614141123458(21)6789/&%"!?\()""",
        gtin="80614141123458",
        serial='6789/&%"!?()',
    ),
    Row(
        scheme="upui",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
        path="/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7'SDB",
        elements="(01)01234567987651(235)51qIgY)<&Jp3*j7'SDB",
        gtin="01234567987651",
        serial="51qIgY)<&Jp3*j7'SDB",
    ),
    Row(
        scheme="lgtin",
        level=Level.LOT,
        epc_uri="urn:epc:class:lgtin:4012345.012345.Lot987",
        path="/01/04012345123456/10/Lot987",
        elements="(01)04012345123456(10)Lot987",
        gtin="04012345123456",
        lot="Lot987",
    ),
    Row(
        scheme="gtin",
        level=Level.CLASS,
        epc_uri="urn:epc:idpat:sgtin:4012345.012345.*",
        path="/01/04012345123456",
        elements="(01)04012345123456",
        gtin="04012345123456",
    ),
    Row(
        scheme="itip",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:itip:4012345.011111.01.02.987",
        path="/8006/040123451111180102/21/987",
        elements="(8006)040123451111180102(21)987",
        gtin="04012345111118",
        serial="987",
    ),
    Row(
        scheme="itip_lot",
        level=Level.LOT,
        epc_uri=None,
        path="/8006/040123451111180102/10/XYZ",
        elements="(8006)040123451111180102(10)XYZ",
        gtin="04012345111118",
        lot="XYZ",
    ),
    Row(
        scheme="itip_class",
        level=Level.CLASS,
        epc_uri="urn:epc:idpat:itip:4012345.012345.01.02.*",
        path="/8006/040123451234560102",
        elements="(8006)040123451234560102",
        gtin="04012345123456",
    ),
    Row(
        scheme="grai",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:grai:4012345.00022.334455",
        path="/8003/04012345000221334455",
        elements="(8003)04012345000221334455",
        serial="334455",
    ),
    Row(
        scheme="grai_class",
        level=Level.CLASS,
        epc_uri="urn:epc:idpat:grai:4012345.99999.*",
        path="/8003/04012345999990",
        elements="(8003)04012345999990",
    ),
    Row(
        scheme="giai",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:giai:4012345.ABC345",
        path="/8004/4012345ABC345",
        elements="(8004)4012345ABC345",
    ),
    Row(
        scheme="cpi",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:cpi:0614141.11111111111111-A%23%2F.1234",
        path="/8010/061414111111111111111-A%23%2F/8011/1234",
        elements="(8010)061414111111111111111-A#/(8011)1234",
        serial="1234",
    ),
    Row(
        scheme="cpi_class",
        level=Level.CLASS,
        epc_uri="urn:epc:idpat:cpi:4012345.AB12.*",
        path="/8010/4012345AB12",
        elements="(8010)4012345AB12",
    ),
    Row(
        scheme="gsrn",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:gsrn:4012345.0000006765",
        path="/8018/401234500000067657",
        elements="(8018)401234500000067657",
    ),
    Row(
        scheme="gsrnp",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:gsrnp:4012345.0000000007",
        path="/8017/401234500000000074",
        elements="(8017)401234500000000074",
    ),
    Row(
        scheme="sgcn",
        level=Level.INSTANCE,
        epc_uri="urn:epc:id:sgcn:4012345.22222.0099",
        path="/255/40123452222270099",
        elements="(255)40123452222270099",
        serial="0099",
    ),
    Row(
        scheme="sgcn_class",
        level=Level.CLASS,
        epc_uri="urn:epc:idpat:sgcn:4012345.22222.*",
        path="/255/4012345222227",
        elements="(255)4012345222227",
    ),
    Row(
        scheme="gdti",
        level=Level.DOCUMENT,
        epc_uri="urn:epc:id:gdti:987659999999..9",
        path="/253/98765999999929",
        elements="(253)98765999999929",
        serial="9",
        prefix_length=12,
    ),
    Row(
        scheme="gdti_class",
        level=Level.CLASS,
        epc_uri="urn:epc:idpat:gdti:4012345.11111.*",
        path="/253/4012345111118",
        elements="(253)4012345111118",
    ),
    Row(
        scheme="gsin",
        level=Level.DOCUMENT,
        epc_uri="urn:epc:id:gsin:4012345.222333444",
        path="/402/40123452223334442",
        elements="(402)40123452223334442",
    ),
    Row(
        scheme="ginc",
        level=Level.DOCUMENT,
        epc_uri="urn:epc:id:ginc:0614141.xyz47%2F11",
        path="/401/0614141xyz47%2F11",
        elements="(401)0614141xyz47/11",
    ),
    Row(
        scheme="sgln",
        level=Level.PLACE,
        epc_uri="urn:epc:id:sgln:4012345.00005.122",
        path="/414/4012345000054/254/122",
        elements="(414)4012345000054(254)122",
        gln="4012345000054",
    ),
    Row(
        scheme="pgln",
        level=Level.PARTY,
        epc_uri="urn:epc:id:pgln:999999999999.",
        path="/417/9999999999994",
        elements="(417)9999999999994",
        gln="9999999999994",
        prefix_length=12,
    ),
]
each_row = pytest.mark.parametrize("row", ROWS, ids=[row.scheme for row in ROWS])


def test_every_scheme_of_the_table_has_a_case() -> None:
    assert {row.scheme for row in ROWS} == set(SCHEMES)


@each_row
def test_an_element_string_is_read(row: Row) -> None:
    identifier = parse_identifier(row.elements)
    assert identifier == Identifier(row.scheme, identifier.ais)
    assert (
        identifier.level,
        identifier.gtin,
        identifier.lot,
        identifier.serial,
        identifier.gln,
    ) == (
        row.level,
        row.gtin,
        row.lot,
        row.serial,
        row.gln,
    )


@each_row
def test_every_spelling_is_written(row: Row) -> None:
    identifier = parse_identifier(row.elements)
    assert identifier.digital_link() == f"https://id.gs1.org{row.path}"
    assert identifier.element_string() == row.elements
    assert identifier.epc_uri(row.prefix_length) == row.epc_uri


@each_row
def test_uris_become_the_canonical_digital_link(row: Row) -> None:
    uri = f"https://id.gs1.org{row.path}"
    spellings = [uri, f"http://farm.example/a/b{row.path}?17=271231&x=y", f"{uri}/"]
    spellings += [row.epc_uri] if row.epc_uri else []
    assert {canonical(spelling) for spelling in spellings} == {uri}
    assert {level_of(spelling) for spelling in spellings} == {row.level}
    assert {parse_identifier(spelling) for spelling in spellings} == {
        parse_identifier(row.elements)
    }
