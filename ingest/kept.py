"""Uploads with something to be said of them, kept for a day so that it can be said beside the line.

Each stands in a file of the folder `<ledger>.uploads`, under the id of its capture. What is older
than a day goes, and the oldest where they are too many together; the ledger needs none of them.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from epcis_core.store.beside import UPLOADS

KEPT_FOR: Final = 24 * 3600
"""Seconds."""

_LARGEST: Final = 2**25  # bytes of one
_TOGETHER: Final = 2**28  # bytes of all
_MOST: Final = 2000  # of them, since all are looked at whenever one is asked for


class KeptUploads:
    """The folder of uploads that are kept.

    Args:
        ledger: the ledger file; the folder stands beside it, and is made when it is needed.
        clock: seconds since 1970 UTC, as the times of files are.
        together: bytes of all of them at most.
        most: how many of them at most.
    """

    def __init__(
        self,
        ledger: Path,
        clock: Callable[[], float] = time.time,
        *,
        together: int = _TOGETHER,
        most: int = _MOST,
    ) -> None:
        self.path = ledger.with_name(f"{ledger.name}{UPLOADS}")
        self._clock = clock
        self._together = together
        self._most = most

    def keep(self, capture_id: str, source: BinaryIO) -> None:
        """Keep a document, unless it is large; where the disk refuses nothing is kept.

        Args:
            capture_id: of its capture.
            source: its bytes at their start.
        """
        data = source.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            return
        with suppress(OSError):
            self.path.mkdir(mode=0o700, exist_ok=True)
            (self.path / capture_id).write_bytes(data)
        self.sweep()

    def find(self, capture_id: str) -> bytes | None:
        """Return a document; None where none is kept."""
        self.sweep()
        try:
            return (self.path / str(UUID(capture_id))).read_bytes()
        except (OSError, ValueError):
            return None

    def sweep(self) -> None:
        """Remove what is older than a day, and the oldest where they are too many."""
        size = 0
        with suppress(OSError):
            files = [(one.stat(), one) for one in self.path.iterdir()]
            files.sort(key=lambda one: one[0].st_mtime, reverse=True)
            for number, (stat, file) in enumerate(files, 1):
                size += stat.st_size
                is_old = stat.st_mtime < self._clock() - KEPT_FOR
                if is_old or size > self._together or number > self._most:
                    file.unlink(missing_ok=True)
