"""Checking and capturing files as people send them: documents, gzip files and zip archives.

Each document in an archive stands for itself and has a report of its own, under the archive's name
and its path there. The archive has one only where there is something to say about it: it was
refused, and then nothing in it was taken, or files in it were left out.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, Final

from epcis_core.access.ownership import Ownership
from epcis_core.findings import Finding, finding
from epcis_core.rules.profiles import Profile
from epcis_core.store.ledger import Ledger
from ingest.archives import Contents, contents_of, size_of
from ingest.book import book_file
from ingest.capture import DEFAULT_ORGANISATION, capture_stream
from ingest.check import check_stream
from ingest.limits import IntakeLimits
from ingest.report import CaptureReport, CheckReport
from ingest.sheets.own import Own

Telling = Callable[[str, int, int, int], None]
"""Called with a document's name, its size, the bytes read of it and the events done."""

Keeping = Callable[[CaptureReport, BinaryIO], None]
"""Called with the report of a document that was captured, and its bytes at their start."""

_CHUNK: Final = 2**20


def check_file(
    source: BinaryIO,
    name: str,
    *,
    limits: IntakeLimits,
    lenient: bool = False,
    profile: Profile | None = None,
    own: Own | None = None,
    tell: Telling = lambda *_: None,
) -> Iterator[CheckReport]:
    """Check each document of a file without storing anything.

    Args:
        source: the file, at its start; it must be possible to go back to it.
        name: what the reports call it.
        limits: how much is taken.
        lenient: turn the errors that the catalogue allows into warnings.
        profile: what a law wants to be said beside.
        own: what a spreadsheet may take for granted of whoever sends it.
        tell: told as the work moves on.

    Yields:
        A report on the archive, if there is something to say about it, then one per document.
    """
    contents = documents_of(source, name, limits, tell)
    if contents.findings:
        yield CheckReport(name, findings=list(contents.findings))
    for one in contents.documents:
        yield check_stream(
            one.open(),
            file_name=one.name,
            lenient=lenient,
            profile=profile,
            own=own,
            limits=limits.document,
            progress=partial(tell, one.name, one.size),
        )


def documents_of(
    source: BinaryIO, name: str, limits: IntakeLimits, tell: Telling = lambda *_: None
) -> Contents:
    """Return the documents of a file, once all of it has been looked at.

    Args:
        source: the file, at its start; it must be possible to go back to it.
        name: what the reports call it.
        limits: how much is taken.
        tell: told as the work moves on.
    """
    size = size_of(source)
    if found := too_large(size, limits):
        return Contents((), (found,))
    return contents_of(source, name, limits, lambda _: tell(name, size, source.tell(), 0))


def capture_file(
    ledger: Ledger,
    source: BinaryIO,
    name: str,
    *,
    now: int,
    limits: IntakeLimits,
    organisation: str = DEFAULT_ORGANISATION,
    ownership: Ownership | None = None,
    proceed: bool = False,
    lenient: bool = False,
    own: Own | None = None,
    tell: Telling = lambda *_: None,
    keep: Keeping | None = None,
) -> Iterator[CaptureReport]:
    """Capture each document of a file, in order of their names.

    Args:
        ledger: where to.
        source: the file, at its start; it must be possible to go back to it.
        name: what the reports call it.
        now: the clock, microseconds since 1970 UTC.
        limits: how much is taken.
        organisation: who sends it.
        ownership: what belongs to it; None where it may speak for everybody.
        proceed: store the events without errors even where others of their document have some.
        lenient: turn the errors that the catalogue allows into warnings.
        own: what a spreadsheet may take for granted of whoever sends it.
        tell: told as the work moves on.
        keep: may keep a document, once it has been captured.

    Yields:
        A report on the archive, if there is something to say about it, then one per document.

    Raises:
        StoreError: the ledger cannot be written.
    """
    start, size = source.tell(), size_of(source)
    if found := too_large(size, limits):
        yield CaptureReport(name, "", "rejected", findings=[found])
        return
    contents = contents_of(source, name, limits, lambda _: tell(name, size, source.tell(), 0))
    if contents.findings:
        source.seek(start)
        said = contents.findings
        yield book_file(ledger, source, said, file_name=name, now=now, organisation=organisation)
    for one in contents.documents:
        report = capture_stream(
            ledger,
            one.open(),
            file_name=one.name,
            now=now,
            organisation=organisation,
            ownership=ownership,
            proceed=proceed,
            lenient=lenient,
            own=own,
            limits=limits.document,
            progress=partial(tell, one.name, one.size),
        )
        if keep is not None:
            keep(report, one.open())
        yield report


def too_large(size: int, limits: IntakeLimits) -> Finding | None:
    """Return what is to be said of a file of a size, if it is too large to be looked at."""
    if size <= limits.file_size:
        return None
    return finding("file_too_large", limit=limits.file_size)


@contextmanager
def seekable(source: BinaryIO, limits: IntakeLimits) -> Iterator[BinaryIO]:
    """Give a file that one can go back in: the same, or a copy on disk of what comes from a pipe.

    No more is copied than what makes the file too large.
    """
    if source.seekable():
        yield source
        return
    with tempfile.TemporaryFile() as copy:
        while copy.tell() <= limits.file_size and (chunk := source.read(_CHUNK)):
            copy.write(chunk)
        copy.seek(0)
        yield copy
