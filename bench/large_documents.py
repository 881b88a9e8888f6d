"""Writes a large EPCIS document as a stream, to measure what checking and capturing one costs.

    python bench/large_documents.py --events 1000000 large.jsonld
    python bench/large_documents.py --events 1000000 large.xml

A million events are about 1 GB in either syntax. The same seed gives the same events in both. The
firms and numbers are invented; `docs/large-files.md` has what was measured.
"""

import argparse
import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

Members = dict[str, Any]

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ITEM: Final = "https://id.gs1.org/01/09506000134352/21/"
_CRATE: Final = "urn:epc:id:sscc:9506000."
_LOT: Final = "https://id.gs1.org/01/09506000134369/10/"
_PLACES: Final = tuple(f"urn:epc:id:sgln:9506000.{number:05}.0" for number in range(100))
_PARTIES: Final = tuple(f"urn:epc:id:pgln:9506000.{number:05}" for number in range(100))
_ITEMS_PER_EVENT: Final = 7
_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_CREATED: Final = "2026-12-31T00:00:00Z"

JSON_HEAD: Final = (
    f'{{"@context": ["{_CONTEXT}", {{"ex": "https://ns.example.com/"}}],\n'
    f'"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "{_CREATED}",\n'
    '"epcisBody": {"eventList": [\n'
)
JSON_END: Final = "\n]}}\n"
XML_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:ex="https://ns.example.com/"'
    f' schemaVersion="2.0" creationDate="{_CREATED}">\n<EPCISBody><EventList>\n'
)
XML_END: Final = "\n</EventList></EPCISBody>\n</epcis:EPCISDocument>\n"


def events(count: int, seed: int) -> Iterator[Members]:
    """Yield events, a minute apart: of every four one packs, one ships, one turns lots into one.

    Each is about 1,000 bytes long and names seven objects that no other event names.
    """
    chance = random.Random(seed)  # noqa: S311 - the same again for the same seed
    for number in range(count):
        items = [f"{_ITEM}{number:07}{position}" for position in range(_ITEMS_PER_EVENT)]
        here, there = chance.sample(range(len(_PLACES)), 2)
        members: Members = {
            "type": "ObjectEvent",
            "eventID": f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}",
            "eventTime": (_START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventTimeZoneOffset": "+07:00",
        }
        turn = number % 4
        if turn == 0:
            members |= {"epcList": items, "action": "ADD", "bizStep": "commissioning"}
        elif turn == 1:
            members |= {
                "type": "AggregationEvent",
                "parentID": f"{_CRATE}{number:010}",
                "childEPCs": items,
                "action": "ADD",
                "bizStep": "packing",
            }
        elif turn == 2:  # noqa: PLR2004 - the third of four
            members |= {"epcList": items, "action": "OBSERVE", "bizStep": "shipping"}
        else:
            lots = [f"{_LOT}{number:07}-{position}" for position in range(_ITEMS_PER_EVENT)]
            quantities = [_quantity(lot, chance.randint(1, 9_999)) for lot in lots]
            members = {
                **members,
                "type": "TransformationEvent",
                "inputQuantityList": quantities[1:],
                "outputQuantityList": quantities[:1],
                "bizStep": "commissioning",
            }
        members["readPoint"] = {"id": _PLACES[here]}
        if turn == 2:  # noqa: PLR2004 - the third of four
            members["sourceList"] = [{"type": "owning_party", "source": _PARTIES[here]}]
            members["destinationList"] = [{"type": "owning_party", "destination": _PARTIES[there]}]
        members["ex:note"] = f"Invented load {number} for measuring, from {here} to {there}. " * 4
        yield members


def as_json(members: Members) -> str:
    """Return an event as JSON."""
    return json.dumps(members, ensure_ascii=False)


def as_xml(members: Members) -> str:
    """Return an event as XML of EPCIS 2.0, its elements in the schema's order."""
    inner = "".join(_element(name, members[name]) for name in _XML_ORDER if name in members)
    return f"<{members['type']}>{inner}</{members['type']}>"


_XML_ORDER: Final = (
    "eventTime",
    "eventTimeZoneOffset",
    "eventID",
    "inputQuantityList",
    "outputQuantityList",
    "epcList",
    "parentID",
    "childEPCs",
    "action",
    "bizStep",
    "readPoint",
    "sourceList",
    "destinationList",
    "ex:note",
)
_SPELLED_OUT: Final = {"bizStep": "urn:epcglobal:cbv:bizstep:", "type": "urn:epcglobal:cbv:sdt:"}


def _element(name: str, value: Any) -> str:
    """Return a member of an event as an element."""
    if name in {"epcList", "childEPCs"}:
        inner = "".join(f"<epc>{escape(epc)}</epc>" for epc in value)
    elif name.endswith("QuantityList"):
        inner = "".join(
            f"<quantityElement><epcClass>{one['epcClass']}</epcClass>"
            f"<quantity>{one['quantity']}</quantity><uom>{one['uom']}</uom></quantityElement>"
            for one in value
        )
    elif name in {"sourceList", "destinationList"}:
        end = name.removesuffix("List")
        inner = "".join(
            f'<{end} type="{_spelled("type", one)}">{one[end]}</{end}>' for one in value
        )
    elif name == "readPoint":
        inner = f"<id>{value['id']}</id>"
    elif name in _SPELLED_OUT:
        inner = f"{_SPELLED_OUT[name]}{value}"
    else:
        inner = escape(value)
    return f"<{name}>{inner}</{name}>"


def _spelled(name: str, members: Members) -> str:
    return f"{_SPELLED_OUT[name]}{members[name]}"


def _quantity(lot: str, amount: int) -> Members:
    return {"epcClass": lot, "quantity": amount, "uom": "KGM"}


def write(path: Path, count: int, seed: int) -> None:
    """Write a document; the end of its name says in which syntax."""
    is_xml = path.suffix.lower() == ".xml"
    head, end = (XML_HEAD, XML_END) if is_xml else (JSON_HEAD, JSON_END)
    one, between = (as_xml, "\n") if is_xml else (as_json, ",\n")
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        for number, members in enumerate(events(count, seed)):
            file.write(f"{between if number else ''}{one(members)}")
        file.write(end)


def main() -> None:
    """Write the document that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="where to; .xml for XML, any other end for JSON")
    parser.add_argument("--events", type=int, default=1_000_000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same events")
    asked = parser.parse_args()
    write(asked.file, asked.events, asked.seed)
    print(f"{asked.file}: {asked.events} events, {asked.file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
