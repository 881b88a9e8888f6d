"""What a sender gets to mend: its sheet with what is wrong beside the rows, and the part to resend.

It is made again from the upload and from the report that the book of captures keeps.
"""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from epcis_core.codecs.jsonld_writer import write_document
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_part import part_of_document
from epcis_core.findings import Finding, Language, Severity, Where
from ingest.prepare import opened
from ingest.sheets.answer import answered
from ingest.sheets.own import Own
from ingest.sheets.reader import SheetReader, open_sheet

_MENDED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding as a report keeps it.

    Attributes:
        severity: what it weighed.
        where: the place.
        messages: its sentence by language.
    """

    severity: Severity
    where: Where
    messages: Mapping[str, str]

    def message_in(self, language: Language, /) -> str:
        """Return the sentence in a language."""
        return self.messages[language]


def findings_kept(report: Mapping[str, Any]) -> Iterator[KeptFinding]:
    """Yield every finding of a report of the book: of the document, then of its events."""
    events = (found for event in report["events"] for found in event["findings"])
    for found in (*report["findings"], *events):
        messages = found.get("messages") or dict.fromkeys(("vi", "en"), found["message"])
        yield KeptFinding(Severity(found["severity"]), Where(**found["where"]), messages)


def answer_sheet(
    data: bytes,
    report: Mapping[str, Any],
    language: Language,
    limits: Limits,
    *,
    only_rejected: bool = False,
    own: Own | None = None,
) -> bytes | None:
    """Return a spreadsheet with what is to be mended beside its rows; None where it is none.

    Args:
        data: the upload.
        report: of its capture, as the book has it.
        language: of what is said.
        limits: how much is taken.
        only_rejected: leave the rows out that are in the ledger.
        own: what a spreadsheet may take for granted of whoever sent it.
    """
    reader = open_sheet(io.BytesIO(data), limits, own)
    if not isinstance(reader, SheetReader):
        return None
    told = [one for one in findings_kept(report) if one.where.sheet]
    rows = _rejected_rows(reader, _rejected(report)) if only_rejected else None
    return answered(data, told, language, limits, only=rows, own=own)


def rejected_document(
    data: bytes, report: Mapping[str, Any], limits: Limits, *, creation_date: str
) -> bytes | None:
    """Return a document with the rejected events of one, as they were written, in its own syntax.

    Args:
        data: the upload.
        report: of its capture, as the book has it.
        limits: how much is taken.
        creation_date: when the document is written, a timestamp.

    Returns:
        The document; None where no event of the upload can be taken out.
    """
    reader = opened(io.BytesIO(data), limits, None)
    if isinstance(reader, Finding | SheetReader):
        return None
    wanted = _rejected(report)
    if reader.envelope.syntax == "xml":
        return part_of_document(data, wanted, limits)
    events = [one.text.encode() for one in reader.events() if one.index in wanted]
    if not all(events) or not events:
        return None
    prefixes = reader.envelope.namespaces.prefixes
    return b"".join(write_document(events, creation_date=creation_date, prefixes=prefixes))


def _rejected(report: Mapping[str, Any]) -> set[int]:
    return {one["index"] for one in report["events"] if one["status"] == _MENDED}


def _rejected_rows(reader: SheetReader, rejected: set[int]) -> dict[str, set[int]]:
    """Return the rows of rejected events, by the names of their sheets."""
    reader.rows = []
    for _ in reader.events():
        pass
    found: dict[str, set[int]] = defaultdict(set)
    for index, (sheet, rows) in enumerate(reader.rows):
        if index in rejected:
            found[sheet].update(rows)
    return found
