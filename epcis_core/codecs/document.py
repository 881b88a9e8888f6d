"""What every codec hands out: the document's envelope, then its events one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from epcis_core.findings import Finding, Syntax, Where
from epcis_core.model.documents import DocumentHead
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces

Format = Literal["json", "xml", "xlsx", "csv"]
"""What a file is; spreadsheets hold events whose syntax is JSON."""

DocumentKind = Literal["EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument", "event"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What events need beside their own bytes to be read again.

    Attributes:
        syntax: how the bytes are to be parsed.
        kind: which document carried them; `event` for a bare event.
        namespaces: prefixes in force around the events.
        head_text: the document without its events, in its own syntax, exactly as written per
            member; empty for a bare event.
        head: the parsed head, or None for a bare event or a head with errors.
    """

    syntax: Syntax
    kind: DocumentKind
    namespaces: Namespaces
    head_text: str = ""
    head: DocumentHead | None = None

    @property
    def version(self) -> str:
        """The EPCIS version the document claims; `2.0` where it claims none."""
        return (self.head.schema_version if self.head else None) or "2.0"


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event of a document, or what is wrong with it.

    Attributes:
        index: its position among the document's events, from 0.
        pointer: JSON Pointer (or path) of the event in the document.
        text: its characters exactly as received.
        event: the event, or None where its structure has errors.
        namespaces: prefixes in force inside it.
        syntax: how it is written.
        findings: what reading found, each with its place in the file.
        locate: turns a pointer from the event's root into a place in the file.
    """

    index: int
    pointer: str
    text: str
    event: EpcisEvent | None
    namespaces: Namespaces
    locate: Callable[[str], Where]
    syntax: Syntax
    findings: tuple[Finding, ...] = field(default=())

    def placed(self, found: Finding) -> Finding:
        """Return a finding about this event with its place in the file."""
        return replace(found, where=self.locate(found.where.pointer or ""))


class DocumentReader(Protocol):
    """What reads one document, or bare event, of some syntax.

    Use `envelope` and `events()` in that order; `findings` of the document as a whole, and the
    envelope's head, are complete when the events have all been read, which can be done once.

    Attributes:
        envelope: what the document is, and what its prefixes stand for.
        findings: what is wrong with the document beside its events.
        format: what the file is.
    """

    envelope: Envelope
    findings: list[Finding]
    format: Format

    @property
    def bytes_read(self) -> int:
        """How far the reader has come, in bytes."""

    def events(self) -> Iterator[ReadEvent]:
        """Yield the document's events in order, each with what is wrong with it."""

    def locate_head(self) -> Callable[[str], Where]:
        """Return what turns a pointer from the document into a place in the file.

        It knows the document beside its events, once these have all been read.
        """
