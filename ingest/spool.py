"""The folder of documents that wait to be captured, each in a file under the id of its capture."""

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from epcis_core.store.durability import refused, sync_folder


class Spool:
    """The folder beside a ledger: `<ledger>.jobs`.

    Args:
        ledger: the ledger file.

    Raises:
        StoreError: the folder cannot be made.
    """

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(f"{ledger.name}.jobs")
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self.path.parent)
        except OSError as error:
            raise refused(f"{self.path} cannot be made", error) from error

    def create(self, capture_id: str) -> BinaryIO:
        """Return a new file to write a document into.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            return (self.path / capture_id).open("xb")
        except OSError as error:
            raise refused(f"{self.path} cannot be written", error) from error

    def keep(self, file: BinaryIO) -> int:
        """Close a file that has been written, so that it outlives a power cut; return its size.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            with file:
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
            sync_folder(self.path)
        except OSError as error:
            raise refused(f"{self.path} cannot be written", error) from error
        return size

    def open(self, capture_id: str, on_read: Callable[[], None] = lambda: None) -> BinaryIO:
        """Return the file of a document.

        Args:
            capture_id: which.
            on_read: called before each piece is read; what it raises stops the reading.

        Raises:
            FileNotFoundError: there is none.
        """
        return _Watched(self.path / capture_id, on_read)

    def drop(self, capture_id: str) -> None:
        """Delete the file of a document; one that cannot be deleted now is swept away later."""
        with suppress(OSError):
            (self.path / capture_id).unlink()

    def sweep(self, wanted: Collection[str]) -> None:
        """Delete all files but those that are still wanted, as far as they can be deleted now."""
        with suppress(OSError):
            for file in self.path.iterdir():
                if file.name not in wanted and file.is_file():
                    file.unlink()


class _Watched(BufferedReader):
    """A file that is read piece by piece, with a call before each."""

    def __init__(self, path: Path, on_read: Callable[[], None]) -> None:
        super().__init__(FileIO(str(path)))
        self._on_read = on_read

    def read(self, size: int | None = -1, /) -> bytes:
        self._on_read()
        return super().read(size)
