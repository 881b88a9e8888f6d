"""Small documents for tests, made of plain dictionaries. All firms and numbers are invented."""

import json
from typing import Any

from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes
from ingest.report import CaptureReport

CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"ex": "https://ns.example.com/"},
]
ITEM = "https://id.gs1.org/01/09506000134352"
SITE = "https://id.gs1.org/414/9506000134307"
NOW = 1_790_000_000_000_000


def lot(number: str) -> str:
    return f"{ITEM}/10/{number}"


def item(serial: str) -> str:
    return f"{ITEM}/21/{serial}"


def observed(*epcs: str, **members: Any) -> dict[str, Any]:
    """An ObjectEvent; `members` add to it or take the place of its own."""
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "epcList": list(epcs or (item("1"),)),
        **members,
    }


def made(inputs: list[str], outputs: list[str], **members: Any) -> dict[str, Any]:
    """A TransformationEvent from lots to lots."""
    return {
        "type": "TransformationEvent",
        "eventTime": "2026-03-02T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "inputQuantityList": [{"epcClass": one} for one in inputs],
        "outputQuantityList": [{"epcClass": one} for one in outputs],
        **members,
    }


def packed(parent: str, *children: str, **members: Any) -> dict[str, Any]:
    """An AggregationEvent that puts instances into a parent."""
    return {
        "type": "AggregationEvent",
        "eventTime": "2026-03-03T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD",
        "parentID": parent,
        "childEPCs": list(children),
        **members,
    }


def place(uri: str, **attributes: str) -> dict[str, Any]:
    """A vocabulary element."""
    return {
        "id": uri,
        "attributes": [
            {"id": f"urn:epcglobal:cbv:mda:{name}", "attribute": value}
            for name, value in attributes.items()
        ],
    }


def document(
    *events: dict[str, Any] | str, elements: list[Any] | None = None, **head: Any
) -> bytes:
    """An EPCISDocument; an event given as text stands in it as it is."""
    if elements:
        vocabulary = {
            "type": "urn:epcglobal:epcis:vtype:Location",
            "vocabularyElementList": elements,
        }
        head["epcisHeader"] = {"epcisMasterData": {"vocabularyList": [vocabulary]}}
    members = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-04T08:00:00+07:00",
        **head,
    }
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in events]
    body = f'"epcisBody": {{"eventList": [{", ".join(texts)}]}}'
    return f"{json.dumps(members, ensure_ascii=False)[:-1]}, {body}}}".encode()


def master_data_xml(body: str, *, header: str = "") -> bytes:
    """An EPCISMasterDataDocument with places, each a VocabularyElement as text."""

    def listed(elements: str) -> str:
        return (
            '<VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:Location">'
            f"<VocabularyElementList>{elements}</VocabularyElementList>"
            "</Vocabulary></VocabularyList>"
        )

    data = f"<extension><EPCISMasterData>{listed(header)}</EPCISMasterData></extension>"
    return (
        '<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:2" '
        'schemaVersion="2.0" creationDate="2026-03-04T08:00:00+07:00">'
        f"{f'<EPCISHeader>{data}</EPCISHeader>' if header else ''}"
        f"<EPCISBody>{listed(body)}</EPCISBody></m:EPCISMasterDataDocument>"
    ).encode()


def captured(ledger: Ledger, data: bytes, **options: Any) -> CaptureReport:
    """Capture a document as file `test` at `NOW`."""
    return capture_bytes(ledger, data, **{"file_name": "test", "now": NOW, **options})


def statuses(report: CaptureReport) -> list[str]:
    return [event.status for event in report.events]


def codes(report: CaptureReport) -> list[str]:
    """All findings of a report, in order."""
    found = [one for event in report.events for one in event.findings]
    return [one.code for one in (*found, *report.findings)]
