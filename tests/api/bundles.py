"""A ledger with something to prove, and its proof as files that a test may spoil."""

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from api.proof_report import report_files
from epcis_core.proof.bundle import write_bundle
from epcis_core.proof.keys import key_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import SignedCheckpoint, log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger
from epcis_core.store.proofs import prove_trace
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, captured, document, lot, observed

Files = dict[str, bytes]
Spoil = Callable[[Files], None]

LATER = NOW + 60_000_000
AT = {"en": "21:14 on 21 September 2026 (UTC+7)", "vi": "21:14 ngày 21/9/2026 (UTC+7)"}
"""`LATER`, for people."""


def of_lot(number: str, event_id: str, **members: object) -> dict[str, object]:
    """An event about a lot alone."""
    quantities = [{"epcClass": lot(number), "quantity": 1, "uom": "KGM"}]
    event = observed(eventID=event_id, quantityList=quantities, **members)
    return {name: value for name, value in event.items() if name != "epcList"}


@dataclass(frozen=True)
class Made:
    """A proof.

    Attributes:
        files: by name, in their order.
        key: of the log.
        before: a checkpoint that somebody got before the last captures.
    """

    files: Files
    key: str
    before: SignedCheckpoint


def fill(ledger: Ledger) -> None:
    """Records of a lot: one witnessed, one corrected, one erased; and what is not its own."""
    first, second, third = (of_lot("L1", f"urn:x:{number}") for number in (1, 2, 3))
    captured(ledger, document(first, second, of_lot("L2", "urn:x:other")), organisation="farm")
    captured(ledger, document(first), organisation="shop")
    declared = {**second, "errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    captured(ledger, document(declared, third, of_lot("L1", "urn:x:4")), organisation="farm")
    with ledger.writing() as cursor:
        cursor.execute("UPDATE event SET body = NULL WHERE event_id = 'urn:x:3'")


def bundle(
    ledger: Ledger, books: Bookkeeping, *, since: Iterable[int] = (), most: int = 10_000
) -> bytes:
    """The proof of the lot, as a zip."""
    file = io.BytesIO()
    _, proof = prove_trace(
        ledger, books, EVERYTHING, lot("L1"), now=LATER, since=since, max_objects=most
    )
    write_bundle(file, proof, log_signer(books), report_files(proof))
    return file.getvalue()


def make(folder: Path) -> Made:
    """Make a ledger in a folder, and prove its lot."""
    path = folder / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(of_lot("L0", "urn:x:0")), organisation="farm")
        before = sign_checkpoint(ledger, books, NOW, publish=True)
        fill(ledger)
        return Made(unpacked(bundle(ledger, books)), key_text(log_signer(books).key), before)


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def changed(name: str, old: bytes, new: bytes) -> Spoil:
    """Put other bytes into a file."""

    def spoil(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return spoil


def flipped(name: str) -> Spoil:
    """Flip the last bit of the first byte of a file."""

    def spoil(files: Files) -> None:
        content = files[name]
        files[name] = bytes([content[0] ^ 1]) + content[1:]

    return spoil


def without(name: str) -> Spoil:
    def spoil(files: Files) -> None:
        del files[name]

    return spoil


def with_more(name: str) -> Spoil:
    def spoil(files: Files) -> None:
        files[name] = b"{}"

    return spoil


def spoiled(made: Made, *spoils: Spoil) -> Files:
    """The files of a proof after something was done to them."""
    files = dict(made.files)
    for spoil in spoils:
        spoil(files)
    return files
