"""The command `convert`: a document in another syntax, version or spelling of identifiers."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer
from rich.markup import escape

from api.clock import now
from api.commands.data import LenientOption, errors
from api.settings import terminal_language
from epcis_core.codecs.document import Envelope, ReadEvent
from epcis_core.codecs.jsonld_writer import JsonLdWriter
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.codecs.xml_writer_event import WrittenEvent
from epcis_core.findings import Finding, Severity, capped, catalogue, in_mode
from epcis_core.model.epc_format import EpcFormat, in_epc_format
from epcis_core.model.events import EpcisEvent
from epcis_core.model.times import utc_text
from epcis_core.rules import check_event
from ingest.prepare import findings_of

Target = Literal["json", "xml", "xml-1.2"]
"""What a document can be converted to."""


def convert(
    file: Annotated[Path, typer.Argument(help="An EPCIS file.", show_default=False)],
    *,
    to: Annotated[Target, typer.Option("--to", help="The syntax and version.", show_default=False)],
    epc_format: Annotated[
        EpcFormat, typer.Option("--epc-format", help="How identifiers are spelled.")
    ] = "as-is",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to; default standard output.")
    ] = None,
    lenient: LenientOption = False,
) -> None:
    """Convert an EPCIS file: JSON to XML and back, XML to the older EPCIS 1.2, URNs to links.

    Nothing is lost on the way. What the target has no words for, and what older readers will not
    understand, is said on standard error. A file with errors is not converted.

    Examples:

      epcis convert harvest.jsonld --to xml -o harvest.xml

      epcis convert harvest.xml --to json --epc-format digital-link

      epcis convert harvest.jsonld --to xml-1.2 --epc-format urn -o for_old_systems.xml
    """
    with file.open("rb") as opened, _seekable(opened) as source:
        document = _Document(str(file))
        # The head of a document is known at its end: read all of it before anything is written.
        if _tell(document.name, document.read(source, lenient=lenient)):
            raise typer.Exit(1)
        source.seek(0)
        with _written_whole(output) as target:
            if _tell(document.name, document.write(source, target, to, epc_format)):
                raise typer.Exit(1)


@dataclass(slots=True)
class _Document:
    """A document that is being converted.

    Attributes:
        name: of its file.
        envelope: of what was read.
        events: how many were read.
    """

    name: str
    envelope: Envelope | None = None
    events: int = 0

    def read(self, source: BinaryIO, *, lenient: bool) -> Iterator[Finding]:
        """Read all of it, and yield what is wrong with it."""
        reader = open_document(source)
        if isinstance(reader, Finding):
            yield reader
            return
        for read in reader.events():
            self.events += 1
            yield from findings_of(read, lenient=lenient)
        yield from in_mode(reader.findings, lenient=lenient)
        self.envelope = reader.envelope

    def write(
        self, source: BinaryIO, target: BinaryIO, to: Target, epc_format: EpcFormat
    ) -> Iterator[Finding]:
        """Write it, and yield what the target cannot say."""
        envelope = self.envelope
        if envelope is not None and envelope.head is not None:
            head, found = in_epc_format(envelope.head, epc_format)
            envelope = replace(envelope, head=head)
            yield from found
        reader = open_document(source)
        if isinstance(reader, Finding) or envelope is None:
            raise OSError(f"{self.name} was changed while it was read")
        writer = self._writer(envelope, to)
        target.write(writer.start())
        if isinstance(writer, XmlWriter):
            yield from writer.findings
        for read in reader.events():
            yield from _write_event(read, writer, target, epc_format)
        target.write(writer.end())

    def _writer(self, envelope: Envelope, to: Target) -> JsonLdWriter | XmlWriter:
        if to == "json":
            return JsonLdWriter(envelope)
        version: XmlVersion = "1.2" if to == "xml-1.2" else "2.0"
        return XmlWriter(
            envelope, now=utc_text(now()), version=version, holds_events=self.events > 0
        )


def _write_event(
    read: ReadEvent, writer: JsonLdWriter | XmlWriter, target: BinaryIO, epc_format: EpcFormat
) -> Iterator[Finding]:
    if read.event is None:
        return
    event, found = in_epc_format(read.event, epc_format)
    written = writer.event(event)
    if isinstance(written, WrittenEvent):
        found += written.findings
        written = written.data
    target.write(written)
    if isinstance(writer, JsonLdWriter):
        found += _what_json_refuses(read, event)
    yield from map(read.placed, found)


def _what_json_refuses(read: ReadEvent, event: EpcisEvent) -> list[Finding]:
    """Return, as warnings, what is right as it was read, but that readers of JSON will refuse."""
    entries = catalogue()
    return [
        replace(one, severity=Severity.WARNING)
        for one in check_event(event, read.namespaces, "json")
        if entries[one.code].syntax not in {None, read.syntax}
    ]


def _tell(name: str, found: Iterator[Finding]) -> bool:
    """Print findings as they come, and return whether one of them is an error."""
    has_errors = False
    for one in capped(found):
        has_errors |= one.severity is Severity.ERROR
        line = f"{name}: {one.where} {one.message_in(terminal_language())}"
        errors.print(escape(line), soft_wrap=True)
    return has_errors


@contextmanager
def _seekable(file: BinaryIO) -> Iterator[BinaryIO]:
    """Give a file that can be read twice."""
    if file.seekable():
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        yield copy


@contextmanager
def _written_whole(output: Path | None) -> Iterator[BinaryIO]:
    """Give a file to write to, which appears under its name only when all of it is there."""
    if output is None:
        with tempfile.TemporaryFile() as spool:
            yield spool
            spool.seek(0)
            shutil.copyfileobj(spool, sys.stdout.buffer)
        return
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with partial.open("xb") as target:
            yield target
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
