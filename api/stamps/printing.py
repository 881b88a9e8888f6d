"""Many stamps: files of so many labels each, one after the other, so that memory stays small."""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Final

from api.stamps.formats import Format
from api.stamps.layout import Label, Words, lay_out
from api.stamps.pdf import labels_pdf
from api.stamps.stamp import Stamp

IN_A_FILE: Final = 5000
"""Stamps of one PDF at most; what one takes in memory, and in a printer, is bounded by it."""


def labels_of(stamps: Iterable[Stamp], wanted: Format, words: Words) -> Iterator[Label]:
    """Yield a label for each stamp of a run; all are as large as the first where they fit.

    Raises:
        TooSmallError: a label has no room for its stamp.
    """
    first: Label | None = None
    for one in stamps:
        label = lay_out(one, wanted, words, first)
        first = first or label
        yield label


def stamp_files(
    stamps: Iterable[Stamp], wanted: Format, words: Words, name: str
) -> Iterator[tuple[str, bytes]]:
    """Yield PDFs of 5,000 stamps each, with their names; at least one stamp is given.

    Args:
        stamps: in the order in which they are printed.
        wanted: the format.
        words: what stands before numbers.
        name: how the files' names begin.
    """
    labels, number = labels_of(stamps, wanted, words), 0
    while part := list(islice(labels, IN_A_FILE)):
        number += 1
        yield f"{name}-{number:03d}.pdf", labels_pdf(part, wanted, f"{name} {number}")


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield a zip archive of files, piece by piece; one file at a time is held."""
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content)  # of no time: the same each time
            yield out.taken()
    yield out.taken()


class _Pieces(BytesIO):
    """Takes what is written, and forgets what was taken out; it cannot go back."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError("what was taken out is gone")

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        found = self.getvalue()
        self.truncate(0)
        super().seek(0)
        return found
