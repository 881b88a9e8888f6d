"""The latest checkpoint on paper: as text and as a QR code, to be typed or scanned again.

Paper is outside of the ledger and of every backup: who has a sheet finds later whether the ledger
was set back or written anew. The log's own signature is on it alone; those of witnesses would make
the code too fine to be read.
"""

import logging
from dataclasses import dataclass
from typing import Final

from api.qr import QrCode, qr_code
from epcis_core.errors import StoreError
from epcis_core.proof.checks import read_checkpoint, read_note
from epcis_core.proof.keys import note
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.ledger import Ledger

_log: Final = logging.getLogger("epcis.checkpoints")


@dataclass(frozen=True, slots=True)
class PaperCheckpoint:
    """A checkpoint as it is printed.

    Attributes:
        text: a signed note; ends in a newline.
        size: how many entries it is about.
        made: when, microseconds since 1970 UTC.
        code: its text as a QR code.
    """

    text: str
    size: int
    made: int
    code: QrCode


def on_paper(text: str, made: int) -> PaperCheckpoint:
    """Return a checkpoint as it is printed.

    Args:
        text: it as a signed note, the log's own signature first.
        made: when, microseconds since 1970 UTC.
    """
    body, _, lines = text.rpartition("\n\n")
    alone = note(f"{body}\n", lines.splitlines()[:1])
    size = read_checkpoint(read_note(alone)[0]).size
    return PaperCheckpoint(alone, size, made, qr_code(alone))


def latest_on_paper(ledger: Ledger, books: Bookkeeping, now: int) -> PaperCheckpoint | None:
    """Return the latest checkpoint as it is printed.

    Args:
        ledger: the log.
        books: where the key stands.
        now: the clock, microseconds since 1970 UTC.

    Returns:
        None where the log signs none: it does not go on from its last one, or the disk refuses.
        What a page is asked for can still be said, and that no checkpoint comes with it.
    """
    try:
        signed = sign_checkpoint(ledger, books, now)
    except StoreError as error:
        _log.warning("There is no checkpoint for paper: %s", error)
        return None
    return on_paper(signed.note, signed.made)
