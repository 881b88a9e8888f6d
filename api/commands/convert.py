"""The command `convert`: a document in another syntax, version or spelling of identifiers."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer

from api.clock import now
from api.commands.data import LenientOption, LimitOption, limits_of
from api.commands.show import show_lines
from api.commands.terminal import errors
from epcis_core.codecs.document import Envelope, ReadEvent
from epcis_core.codecs.jsonld_writer import JsonLdWriter
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.codecs.xml_writer_event import WrittenEvent
from epcis_core.findings import Finding, Severity, capped, catalogue
from epcis_core.model.epc_format import EpcFormat, in_epc_format
from epcis_core.model.events import EpcisEvent
from epcis_core.model.times import utc_text
from epcis_core.rules import check_event
from ingest.archives import Contents, Document
from ingest.intake import documents_of, seekable
from ingest.prepare import events_of, findings_of, findings_of_document

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
    limit: LimitOption = None,
) -> None:
    """Convert an EPCIS file: JSON to XML and back, XML to the older EPCIS 1.2, URNs to links.

    Nothing is lost on the way. What the target has no words for, and what older readers will not
    understand, is said on standard error. A file with errors is not converted.

    Examples:

      epcis convert harvest.jsonld --to xml -o harvest.xml

      epcis convert harvest.xml --to json --epc-format digital-link

      epcis convert harvest.jsonld --to xml-1.2 --epc-format urn -o for_old_systems.xml
    """
    limits = limits_of(limit)
    with file.open("rb") as given, seekable(given, limits) as source:
        found = _only_document(file, documents_of(source, str(file), limits))
        document = _Document(found, limits.document)
        # The head of a document is known at its end: read all of it before anything is written.
        if _tell(found.name, document.read(lenient=lenient)):
            raise typer.Exit(1)
        with _written_whole(output) as target:
            if _tell(found.name, document.write(target, to, epc_format)):
                raise typer.Exit(1)


def _only_document(file: Path, contents: Contents) -> Document:
    """Return the one document of a file, or exit: with what keeps it from being looked at."""
    if _tell(str(file), contents.findings):
        raise typer.Exit(1)
    if len(contents.documents) > 1:
        raise typer.BadParameter(
            f"{str(file)!r} holds {len(contents.documents)} documents; convert takes one"
        )
    return contents.documents[0]


def _tell(name: str, found: Iterable[Finding]) -> bool:
    return show_lines(errors, name, capped(found))


@dataclass(slots=True)
class _Document:
    """A document that is being converted.

    Attributes:
        source: where it comes from.
        limits: how much of it is taken.
        envelope: of what was read.
        events: how many were read.
    """

    source: Document
    limits: Limits
    envelope: Envelope | None = None
    events: int = 0

    def read(self, *, lenient: bool) -> Iterator[Finding]:
        """Read all of it, and yield what is wrong with it."""
        reader = open_document(self.source.open(), self.limits)
        if isinstance(reader, Finding):
            yield reader
            return
        for read in events_of(reader, self.limits):
            self.events += 1
            yield from findings_of(read, lenient=lenient)
        yield from findings_of_document(reader, lenient=lenient)
        self.envelope = reader.envelope

    def write(self, target: BinaryIO, to: Target, epc_format: EpcFormat) -> Iterator[Finding]:
        """Write it, and yield what the target cannot say."""
        envelope = self.envelope
        if envelope is not None and envelope.head is not None:
            head, found = in_epc_format(envelope.head, epc_format)
            envelope = replace(envelope, head=head)
            yield from found
        reader = open_document(self.source.open(), self.limits)
        if isinstance(reader, Finding) or envelope is None:
            raise OSError(f"{self.source.name} was changed while it was read")
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


@contextmanager
def _written_whole(output: Path | None) -> Iterator[BinaryIO]:
    """Give a file to write to, which appears under its name only when all of it is there."""
    if output is None:
        with tempfile.TemporaryFile() as spool:
            yield spool
            spool.seek(0)
            shutil.copyfileobj(spool, sys.stdout.buffer)
        return
    partial = output.with_name(f".epcis-convert-{os.getpid()}")
    try:
        with partial.open("xb") as target:
            yield target
        partial.replace(output)
    except OSError as error:
        if error.filename != str(partial):
            raise
        # Nobody asked for the partial file: the name to be told is that of the whole one.
        raise OSError(error.errno, error.strerror, str(output)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
