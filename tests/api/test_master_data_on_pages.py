"""Names that XML brought stand on the pages: with the events, after them, and not before."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from epcis_core.model.times import utc_text
from epcis_core.store.ledger import Ledger
from tests.api.test_web_pages import get, serving, upload, words
from tests.ingest.documents import lot

LOT = lot("L1")
FARM = "urn:epc:id:sgln:9506000.13430.0"
SHOP = "urn:epc:id:sgln:9506000.13431.0"
EVENT = f"""<ObjectEvent>
  <eventTime>2026-03-01T08:00:00+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
  <epcList/><action>ADD</action><bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
  <readPoint><id>{FARM}</id></readPoint>
  <extension><quantityList><quantityElement>
    <epcClass>urn:epc:class:lgtin:9506000.013435.L1</epcClass><quantity>5</quantity>
  </quantityElement></quantityList></extension>
</ObjectEvent>
<ObjectEvent>
  <eventTime>2026-03-02T08:00:00+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
  <epcList/><action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
  <readPoint><id>{FARM}</id></readPoint>
  <extension>
    <quantityList><quantityElement>
      <epcClass>urn:epc:class:lgtin:9506000.013435.L1</epcClass><quantity>5</quantity>
    </quantityElement></quantityList>
    <sourceList><source type="urn:epcglobal:cbv:sdt:owning_party">{FARM}</source></sourceList>
    <destinationList>
      <destination type="urn:epcglobal:cbv:sdt:owning_party">{SHOP}</destination>
    </destinationList>
  </extension>
</ObjectEvent>"""


def vocabulary(kind: str, attribute: str, **names: str) -> str:
    elements = "".join(
        f'<VocabularyElement id="{uri}"><attribute id="urn:epcglobal:cbv:mda{attribute}">{name}'
        "</attribute></VocabularyElement>"
        for uri, name in names.items()
    )
    return (
        f'<Vocabulary type="urn:epcglobal:epcis:vtype:{kind}">'
        f"<VocabularyElementList>{elements}</VocabularyElementList></Vocabulary>"
    )


MASTER_DATA = (
    "<VocabularyList>"
    + vocabulary("BusinessLocation", ":name", **{FARM: "Vườn Gió Cát", SHOP: "Quầy Bến Gạch"})
    + vocabulary(
        "EPCClass",
        "#descriptionShort",
        **{"urn:epc:idpat:sgtin:9506000.013435.*": "Nho đỏ"},
    )
    + "</VocabularyList>"
)
NAMES = ("Vườn Gió Cát", "Quầy Bến Gạch", "Nho đỏ")
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
PARTNER = '<{0}><Identifier Authority="GS1">x</Identifier></{0}>'
HEADER = f"""<EPCISHeader>
  <StandardBusinessDocumentHeader xmlns="{SBDH}"><HeaderVersion>1.0</HeaderVersion>
    {PARTNER.format("Sender")}{PARTNER.format("Receiver")}
    <DocumentIdentification><Standard>EPCglobal</Standard><TypeVersion>1.0</TypeVersion>
      <InstanceIdentifier>1</InstanceIdentifier><Type>Events</Type>
      <CreationDateAndTime>2026-03-04T08:00:00+07:00</CreationDateAndTime>
    </DocumentIdentification></StandardBusinessDocumentHeader>
  <extension><EPCISMasterData>{MASTER_DATA}</EPCISMasterData></extension>
</EPCISHeader>"""


def events(header: str = "") -> bytes:
    """A document of EPCIS 1.2 with a lot that is made and sold."""
    return (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" '
        f'creationDate="2026-03-04T08:00:00+07:00">{header}'
        f"<EPCISBody><EventList>{EVENT}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


def master_data() -> bytes:
    return (
        '<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:2" '
        'schemaVersion="2.0" creationDate="2026-03-05T08:00:00+07:00">'
        f"<EPCISBody>{MASTER_DATA}</EPCISBody></m:EPCISMasterDataDocument>"
    ).encode()


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    with serving(ledger) as opened:
        yield opened


def sent(client: httpx.Client, name: str, data: bytes) -> dict[str, Any]:
    """Upload a file over the page, and return its receipt."""
    answer = upload(client, (name, data))
    assert answer.status_code == 303, words(answer.text)
    receipt: dict[str, Any] = get(client, f"{answer.headers['location']}.json").json()
    assert receipt["status"] == "accepted"
    return receipt


def trace_page(client: httpx.Client, as_of: str | None = None) -> str:
    more = "" if as_of is None else f"&as_of={quote(as_of, safe='')}"
    answer = get(client, f"/trace?id={LOT}{more}", Accept_Language="en")
    assert answer.status_code == 200
    return words(answer.text)


def names_on(page: str) -> list[str]:
    return [name for name in NAMES if name in page]


def test_names_in_the_header_of_xml_stand_on_the_page(client: httpx.Client) -> None:
    sent(client, "farm.xml", events(HEADER))
    page = trace_page(client)
    assert "Nho đỏ Lot L1" in page
    assert "Made by Vườn Gió Cát" in page
    assert names_on(page) == [*NAMES]


def test_names_that_come_after_the_events_stand_there_from_then_on(client: httpx.Client) -> None:
    known = utc_text(sent(client, "farm.xml", events())["record_time"])
    assert names_on(trace_page(client)) == []
    sent(client, "names.xml", master_data())
    assert names_on(trace_page(client)) == [*NAMES]
    assert names_on(trace_page(client, as_of=known)) == []


def test_names_are_found_and_stand_in_the_answer_to_machines(client: httpx.Client) -> None:
    sent(client, "farm.xml", events())
    sent(client, "names.xml", master_data())
    trace = get(client, f"/trace.json?id={LOT}").json()
    farm, shop = (f"https://id.gs1.org/417/95060001343{n}" for n in ("07", "14"))
    assert {key: known["name"] for key, known in trace["parties"].items()} == {
        farm: "Vườn Gió Cát",
        shop: "Quầy Bến Gạch",
    }
    assert {one["id"]: one["name"] for one in trace["objects"]} == {LOT: "Nho đỏ"}
    hits = get(client, "/search.json?q=nho do").json()["hits"]
    product = LOT.partition("/10/")[0]
    assert [(hit["id"], hit["kind"]) for hit in hits] == [(product, "product"), (LOT, "lot")]
