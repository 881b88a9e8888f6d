"""GS1's own schemas, and what the ledger's strict check says of the same bytes."""

import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import jsonschema_rs
from lxml import etree

from epcis_core.findings import Finding, Severity
from ingest.check import check_stream

XmlVersion = Literal["1.2", "2.0"]

MODULAR: Final = "gs1-epcis/EPCIS-JSON-Schema.json"
PUBLISHED: Final = "published-2.0.x/epcis-json-schema-2.0.1.json"
_FOLDERS: Final = {"2.0": "gs1-epcis/XSD", "1.2": "gs1-epcis/XSL/1.2/XSD"}
_FILES: Final = {
    "EPCISDocument": "EPCglobal-epcis",
    "EPCISQueryDocument": "EPCglobal-epcis-query",
    "EPCISMasterDataDocument": "EPCglobal-epcis-masterdata",
}
_CAPTURE_JOBS: Final = "CaptureJob"


@cache
def json_schema(path: Path) -> jsonschema_rs.Validator:
    """A JSON Schema with formats asserted: without that, it lets typing errors pass."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True)


@cache
def xml_schema(gs1_dir: Path, version: XmlVersion, kind: str) -> etree.XMLSchema:
    """The XML schema of one kind of document."""
    name = f"{_FILES[kind]}-{version.replace('.', '_')}.xsd"
    return etree.XMLSchema(etree.parse(gs1_dir / _FOLDERS[version] / name))


def json_complaint(gs1_dir: Path, schema: str, document: Any) -> str | None:
    """What a JSON Schema says first of a document; None if it accepts it."""
    error = next(json_schema(gs1_dir / schema).iter_errors(document), None)
    return None if error is None else error.message


def xml_complaint(
    gs1_dir: Path, version: XmlVersion, kind: str, root: etree._Element
) -> str | None:
    """What the XML schema of a kind of document says first of one; None if it accepts it."""
    schema = xml_schema(gs1_dir, version, kind)
    try:
        schema.assertValid(root)
    except etree.DocumentInvalid as error:
        return str(error)
    return None


def errors_in(data: bytes) -> list[Finding]:
    """The errors that the strict check finds in a document."""
    report = check_stream(io.BytesIO(data), file_name="document")
    return [one for one in report.findings if one.severity is Severity.ERROR]


@dataclass(frozen=True)
class XmlFile:
    """One of GS1's documents in XML."""

    name: str
    version: XmlVersion
    data: bytes


def json_files(gs1_dir: Path) -> dict[str, bytes]:
    """GS1's documents in JSON, by name in their folder."""
    folder = gs1_dir / "gs1-epcis" / "JSON"
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.json*"))
    }


def xml_files(gs1_dir: Path) -> list[XmlFile]:
    """GS1's documents in XML, of both versions; reports of capture jobs are none."""
    gs1 = gs1_dir / "gs1-epcis"
    later = [path for path in sorted((gs1 / "XML").rglob("*.xml")) if path not in jobs(gs1_dir)]
    older = sorted((gs1 / "XSL" / "1.2" / "XML").glob("*.xml"))
    return [
        *(XmlFile(f"2.0 {one.relative_to(gs1 / 'XML')}", "2.0", one.read_bytes()) for one in later),
        *(XmlFile(f"1.2 {one.name}", "1.2", one.read_bytes()) for one in older),
    ]


def jobs(gs1_dir: Path) -> list[Path]:
    """GS1's reports of capture jobs in XML, which are no EPCIS documents."""
    return sorted((gs1_dir / "gs1-epcis" / "XML" / _CAPTURE_JOBS).glob("*.xml"))
