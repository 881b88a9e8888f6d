"""Signed checkpoints: what the log says of itself, to those who keep it outside.

The key is made once and stands in the bookkeeping, as do the last checkpoint, those that were sent
to somebody, and the cosignatures that came back. Before a checkpoint is signed, the log is compared
with the last one: a ledger that was set back to an older copy, or changed, signs nothing.

References:
    C2SP tlog-checkpoint ("a log MUST NOT sign any checkpoint which is inconsistent with any
    checkpoint it previously signed"), tlog-cosignature
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from epcis_core.errors import IntegrityError, StoreError
from epcis_core.proof.checks import Checkpoint, Key, read_key, read_signature, signers
from epcis_core.proof.keys import Signer, checkpoint_body, key_text, note
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.tree import Tree

LOG_KEY: Final = "log key"
"""Under this name the bookkeeping has the secret that the log signs with."""

_MOST_COSIGNATURES: Final = 16
_COLUMNS: Final = "SELECT size, root, made, signature FROM checkpoint"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signatures.

    Attributes:
        checkpoint: what is signed.
        made: when, microseconds since 1970 UTC.
        note: it as a signed note, with the cosignatures that are known.
    """

    checkpoint: Checkpoint
    made: int
    note: str

    @property
    def size(self) -> int:
        """How many entries it is about."""
        return self.checkpoint.size


def name_log(books: Bookkeeping, origin: str) -> None:
    """Give the log its name, which stands in each checkpoint and in its key.

    Raises:
        ParseError: it can be no name of a key.
        StoreError: the log has signed checkpoints under another name.
    """
    now = log_signer(books).name
    if Signer(origin, books.secret(LOG_KEY)).name == now:
        return
    with books.transaction() as rows:
        if rows.execute("SELECT 1 FROM checkpoint").fetchone() is not None:
            raise StoreError(f"The log has signed checkpoints as {now!r} and keeps that name")
        rows.execute("DELETE FROM log_name")
        rows.execute("INSERT INTO log_name VALUES (?)", (origin,))


def log_signer(books: Bookkeeping) -> Signer:
    """Return the key that signs the log's checkpoints."""
    seed = books.secret(LOG_KEY)
    with books.transaction() as rows:
        found = rows.execute("SELECT origin FROM log_name").fetchone()
    return signer_of(seed, found[0] if found else None)


def signer_of(seed: bytes, origin: str | None) -> Signer:
    """Return the key that is made of a secret, under the log's name or, for None, one of its own.

    Raises:
        ParseError: the secret or the name can be none.
    """
    return Signer(origin or _own_name(seed), seed)


def former_keys(books: Bookkeeping) -> list[Key]:
    """Return the keys that have signed decisions of this log where it was exported from."""
    with books.transaction() as rows:
        found = rows.execute("SELECT key FROM former_key ORDER BY key").fetchall()
    return [read_key(row["key"]) for row in found]


def note_former_keys(books: Bookkeeping, keys: Iterable[Key]) -> None:
    """Note keys that have signed decisions of this log where it was exported from."""
    with books.transaction() as rows:
        for key in keys:
            rows.execute("INSERT OR IGNORE INTO former_key VALUES (?)", (key_text(key),))


def sign_checkpoint(
    ledger: Ledger, books: Bookkeeping, now: int, *, publish: bool = False
) -> SignedCheckpoint:
    """Return a signed checkpoint of all that is committed; the last one where nothing is new.

    Args:
        ledger: the log.
        books: where the key and the last checkpoint stand.
        now: the clock, microseconds since 1970 UTC.
        publish: it will be sent to somebody, and is to be kept.

    Raises:
        IntegrityError: the log does not go on from the last checkpoint.
        StoreError: the disk refuses.
    """
    signer = log_signer(books)
    with books.transaction() as rows:
        last = rows.execute(f"{_COLUMNS} ORDER BY size DESC LIMIT 1").fetchone()
        with ledger.reading() as cursor:
            tree = Tree(cursor)
            if last is not None:
                _compare(tree, last["size"], last["root"])
            checkpoint = Checkpoint(signer.name, tree.size, tree.root(tree.size))
        if last is None or last["size"] < checkpoint.size:
            rows.execute("DELETE FROM checkpoint WHERE NOT published")
            signature = signer.sign(checkpoint_body(checkpoint))
            row = (checkpoint.size, checkpoint.root, now, signature, int(publish))
            rows.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)", row)
        elif publish:
            rows.execute("UPDATE checkpoint SET published = 1 WHERE size = ?", (last["size"],))
        return _newest(rows, signer.name)


def published_sizes(books: Bookkeeping, most: int) -> list[int]:
    """Return the sizes of checkpoints that were sent to somebody, the latest ones, in order."""
    with books.transaction() as rows:
        found = rows.execute(
            "SELECT size FROM checkpoint WHERE published ORDER BY size DESC LIMIT ?", (most,)
        ).fetchall()
    return [row["size"] for row in reversed(found)]


def add_cosignatures(
    books: Bookkeeping, checkpoint: SignedCheckpoint, lines: Iterable[str], witnesses: list[Key]
) -> int:
    """Keep the cosignatures that an outsider has returned, and return how many are new.

    A line that has not the form of one is left out, and so is one under the key of a known witness
    that is not right, and all that are more than a checkpoint may have.

    Args:
        books: where to.
        checkpoint: what they are under.
        lines: of the answer.
        witnesses: keys that are known.
    """
    body, added = checkpoint_body(checkpoint.checkpoint), 0
    for line in lines:
        try:
            if read_signature(line).name == checkpoint.checkpoint.origin:
                continue
            signers(note(body, [line]), witnesses)
        except ValueError:
            continue
        with books.transaction() as rows:
            kept = rows.execute(
                "INSERT OR IGNORE INTO cosignature SELECT ?, ? WHERE "
                "(SELECT count(*) FROM cosignature WHERE size = ?) < ?",
                (checkpoint.size, line, checkpoint.size, _MOST_COSIGNATURES),
            )
            added += kept.rowcount
    return added


def sent_size(books: Bookkeeping, dest: str) -> int:
    """Return the size of the last checkpoint that a receiver has taken; -1 for none."""
    with books.transaction() as rows:
        found = rows.execute(
            "SELECT size FROM checkpoint_receiver WHERE dest = ?", (dest,)
        ).fetchone()
    return -1 if found is None else int(found["size"])


def note_sent(books: Bookkeeping, dest: str, size: int) -> None:
    """Note that a receiver has taken a checkpoint."""
    with books.transaction() as rows:
        rows.execute("INSERT OR REPLACE INTO checkpoint_receiver VALUES (?, ?)", (dest, size))


def _compare(tree: Tree, size: int, root: bytes) -> None:
    """Compare a tree with a checkpoint that was signed of it.

    Raises:
        IntegrityError: it has not grown out of it.
    """
    if tree.size < size:
        raise IntegrityError(
            f"The log has {tree.size} entries, and has signed a checkpoint of {size}: "
            "the ledger is an older copy. Nothing is signed."
        )
    if tree.root(size) != root:
        raise IntegrityError(
            f"The first {size} entries of the log are not those that its last checkpoint was "
            "signed of: they were changed. Nothing is signed."
        )


def _newest(rows: sqlite3.Connection, origin: str) -> SignedCheckpoint:
    row = rows.execute(f"{_COLUMNS} ORDER BY size DESC LIMIT 1").fetchone()
    checkpoint = Checkpoint(origin, row["size"], row["root"])
    lines = rows.execute(
        "SELECT line FROM cosignature WHERE size = ? ORDER BY line", (row["size"],)
    ).fetchall()
    signatures = [row["signature"], *(line["line"] for line in lines)]
    return SignedCheckpoint(checkpoint, row["made"], note(checkpoint_body(checkpoint), signatures))


def _own_name(seed: bytes) -> str:
    """Return the name of a log that nobody has given one: unlike that of any other."""
    return f"epcis-ledger/{hashlib.sha256(Signer('key', seed).key.public).hexdigest()[:16]}"
