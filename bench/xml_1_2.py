"""The events of `large_documents` as XML of EPCIS 1.2, for those who read nothing newer."""

import re
from pathlib import Path
from typing import Final

from bench.large_documents import Members, as_xml, events

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" xmlns:ex="https://ns.example.com/"'
    ' schemaVersion="1.2" creationDate="2026-12-31T00:00:00Z">\n<EPCISBody><EventList>\n'
)
_END: Final = "\n</EventList></EPCISBody>\n</epcis:EPCISDocument>\n"
_EVENT_ID: Final = re.compile(r"<eventID>urn:uuid:(.*?)</eventID>")
_ENDS: Final = re.compile(r"<sourceList>.*</destinationList>")
_ITEM: Final = re.compile(r"https://id\.gs1\.org/01/0(\d{7})(\d{5})\d/21/")
_LOT: Final = re.compile(r"https://id\.gs1\.org/01/0(\d{7})(\d{5})\d/10/")


def as_xml_1_2(members: Members) -> str:
    """Return an event as XML of EPCIS 1.2: what is newer than 1.0 stands in extensions."""
    text = as_xml(members)
    text = _EVENT_ID.sub(r"<baseExtension><eventID>\1</eventID></baseExtension>", text)
    text = _ITEM.sub(r"urn:epc:id:sgtin:\1.0\2.", text)
    text = _LOT.sub(r"urn:epc:class:lgtin:\1.0\2.", text)
    if members["type"] == "TransformationEvent":
        return f"<extension>{text}</extension>"
    return _ENDS.sub(lambda found: f"<extension>{found[0]}</extension>", text)


def write(path: Path, count: int, seed: int) -> None:
    """Write a document of so many events."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        file.writelines(f"{as_xml_1_2(one)}\n" for one in events(count, seed))
        file.write(_END)
