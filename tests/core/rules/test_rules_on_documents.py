"""Rules on what a document says beside its events: its version, identifiers in master data."""

import io
import json
from typing import Any

import pytest

from epcis_core.findings import Finding
from ingest.check import check_stream
from tests.ingest.documents import SITE, document, master_data_xml, observed, place
from tests.rewriting import NOW

WRONG = "https://id.gs1.org/414/9506000134308"


def found_in(data: bytes, *, lenient: bool = False) -> list[Finding]:
    return check_stream(io.BytesIO(data), file_name="x", lenient=lenient).findings


def told(data: bytes) -> list[tuple[str, str, str]]:
    return [(one.code, one.where.pointer or "", one.message) for one in found_in(data)]


def xml(version: str, namespace: int = 2) -> bytes:
    return (
        f'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:{namespace}" '
        f'creationDate="{NOW}"\n schemaVersion="{version}"><EPCISBody><EventList>'
        "<ObjectEvent><eventTime>2026-03-01T08:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList/><action>OBSERVE</action>"
        "</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"
    ).encode()


@pytest.mark.parametrize(
    "data",
    [
        *(document(observed(), schemaVersion=one) for one in ("2.0", "2", "2.0.0", "2.0.1")),
        *(xml(one) for one in ("2.0", "2")),
        *(xml(one, 1) for one in ("1.0", "1", "1.1", "1.2")),
    ],
    ids=lambda data: data.partition(b"schemaVersion")[2][:12].decode(),
)
def test_a_version_that_is_read_is_right(data: bytes) -> None:
    assert found_in(data) == []


@pytest.mark.parametrize(
    ("data", "version", "line"),
    [
        *((document(observed(), schemaVersion=one), one, 1) for one in ("3.0", "1.2", "2.1")),
        *((xml(one), one, 2) for one in ("3.0", "2.1", "0.9")),
        (xml("1.3", 1), "1.3", 2),
    ],
)
def test_another_version_is_an_error_or_in_lenient_mode_a_warning(
    data: bytes, version: str, line: int
) -> None:
    (one,) = found_in(data)
    assert (one.code, one.where.pointer, one.where.line) == (
        "unknown_version",
        "/schemaVersion",
        line,
    )
    assert one.message == (
        f"The document follows EPCIS {version}: expected 2.0 in JSON, or 1.0, 1.1, 1.2 or 2.0 in "
        "XML."
    )
    assert one.severity == "error"
    (again,) = found_in(data, lenient=True)
    assert (again.code, again.severity) == ("unknown_version", "warning")


def says(value: str) -> str:
    return f"Check digit of {value} is wrong: expected 7, got 8."


ELEMENTS = "/vocabularyList/0/vocabularyElementList"


@pytest.mark.parametrize(
    ("element", "pointer", "value"),
    [
        ({"id": WRONG}, "/id", WRONG),
        ({"id": SITE, "children": [f"{SITE}/254/a", f"{WRONG}/254/b"]}, "/children/1",
         f"{WRONG}/254/b"),
        (place(SITE, name="Vườn", site="9506000134308"), "/attributes/1/attribute",
         "9506000134308"),
        (place(SITE, owning_party=" 9506000134308 "), "/attributes/0/attribute", "9506000134308"),
        (place(SITE, anything=f"{WRONG}\n"), "/attributes/0/attribute", WRONG),
        ({"id": SITE, "attributes": [{"id": "cbvmda:possessing_party", "attribute":
          "9506000134308"}]}, "/attributes/0/attribute", "9506000134308"),
    ],
    ids=["element", "child", "site", "party", "any identifier", "a prefixed name"],
)  # fmt: skip
def test_a_wrong_check_digit_in_master_data_is_an_error_at_its_place(
    element: dict[str, Any], pointer: str, value: str
) -> None:
    data = document(observed(), elements=[place("urn:x:y"), element])
    base = "/epcisHeader/epcisMasterData"
    (one,) = found_in(data)
    assert (one.code, one.where.pointer) == (
        "wrong_check_digit",
        f"{base}{ELEMENTS}/1{pointer}",
    )
    assert (one.message, one.severity) == (says(value), "error")
    assert one.where.column is not None
    there = data.decode()[one.where.column - 1 :]
    assert value in json.loads(there[: there.index('"', 1) + 1])


@pytest.mark.parametrize(
    "element",
    [
        {"id": "urn:epc:idpat:sgtin:9506000.013435.*"},
        {"id": "urn:epcglobal:cbv:bizstep:shipping"},
        place("urn:x:y", site="9506000134307", name="9506000134308", note="https://x.example/1"),
        place("urn:x:y", site="950600013430", owning_party="urn:epc:id:pgln:9506000.13430"),
        {"id": "urn:x:y", "attributes": [{"id": "urn:x:a", "attribute": {"ex:b": WRONG}}]},
    ],
    ids=["class", "term", "other digits", "no GLN", "inside an object"],
)
def test_what_is_no_wrong_identifier_is_taken(element: dict[str, Any]) -> None:
    assert found_in(document(observed(), elements=[element])) == []


def test_in_xml_it_is_found_in_body_and_header_alike() -> None:
    wrong = f'<VocabularyElement id="urn:x:y"/>\n<VocabularyElement id="{WRONG}"/>'
    site = (
        f'<VocabularyElement id="{SITE}"><attribute id="urn:epcglobal:cbv:mda#site">'
        "9506000134308</attribute></VocabularyElement>"
    )
    found = found_in(master_data_xml(site, header=wrong))
    assert [(one.where.pointer, one.where.line, one.message) for one in found] == [
        (f"/epcisBody{ELEMENTS}/0/attributes/0/attribute", 2, says("9506000134308")),
        (f"/epcisHeader/epcisMasterData{ELEMENTS}/1/id", 2, says(WRONG)),
    ]


def test_a_malformed_key_is_told_too() -> None:
    assert told(document(observed(), elements=[{"id": "urn:epc:id:sgln:9506000.1.0"}])) == [
        (
            "malformed_identifier",
            f"/epcisHeader/epcisMasterData{ELEMENTS}/0/id",
            (
                "urn:epc:id:sgln:9506000.1.0 is not a well-formed GS1 identifier: expected "
                "C.R N12, got 9506000.1."
            ),
        )
    ]


def test_of_a_thousand_wrong_ones_the_first_are_told_and_the_rest_counted() -> None:
    elements = [{"id": f"{WRONG}/254/{n}"} for n in range(1000)]
    found = found_in(document(observed(), elements=elements))
    assert [one.code for one in found] == ["wrong_check_digit"] * 20 + ["more_findings"]
    assert found[-1].message == ("There are 980 more findings 'wrong_check_digit' like this one.")
