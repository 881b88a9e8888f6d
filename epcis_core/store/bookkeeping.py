"""What a server has to remember beside the ledger: keys, jobs, queries, and the registry.

It stands in an SQLite file, `<ledger>.service`. The ledger holds all that was captured; losing this
file loses what the server was asked to do, and the key that signs checkpoints: what was signed can
still be proven, but a new key must then be made known.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from epcis_core.errors import StoreError
from epcis_core.store.durability import refused
from epcis_core.store.registry.tables import STEPS as REGISTRY

_OWNED_QUERIES: Final = (
    # A name is taken for its owner alone; so both tables are made anew.
    "ALTER TABLE named_query RENAME TO named_query_before",
    "ALTER TABLE subscription RENAME TO subscription_before",
    "DROP INDEX subscription_of_query",
    """CREATE TABLE named_query (
        number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, definition TEXT NOT NULL,
        prefixes TEXT NOT NULL, created INTEGER NOT NULL, owner TEXT NOT NULL DEFAULT '',
        UNIQUE (owner, name)
    )""",
    "INSERT INTO named_query SELECT *, '' FROM named_query_before",
    (
        "CREATE TABLE subscription (number INTEGER PRIMARY KEY AUTOINCREMENT, "
        "id TEXT NOT NULL UNIQUE, "
        "query INTEGER NOT NULL REFERENCES named_query (number) ON DELETE CASCADE, "
        "dest TEXT NOT NULL, token TEXT, epc_format TEXT NOT NULL, schedule TEXT, "
        "report_if_empty INTEGER NOT NULL, initial INTEGER, created INTEGER NOT NULL, "
        "progress TEXT NOT NULL)"
    ),
    "INSERT INTO subscription SELECT * FROM subscription_before",
    # A number is never given twice, not even that of the last one that was removed.
    "DELETE FROM sqlite_sequence WHERE name IN ('named_query', 'subscription')",
    (
        "INSERT INTO sqlite_sequence SELECT replace(name, '_before', ''), seq FROM sqlite_sequence "
        "WHERE name IN ('named_query_before', 'subscription_before')"
    ),
    "DROP TABLE subscription_before",
    "DROP TABLE named_query_before",
    "CREATE INDEX subscription_of_query ON subscription (query, number)",
)

_STEPS: Final = (
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE capture_job (
        capture_id TEXT PRIMARY KEY, client TEXT NOT NULL, organisation TEXT NOT NULL,
        created INTEGER NOT NULL, proceed INTEGER NOT NULL, size INTEGER NOT NULL,
        prefixes TEXT NOT NULL, finished INTEGER, failure TEXT
    )""",
    "CREATE INDEX capture_job_newest ON capture_job (created, capture_id)",
    "CREATE INDEX capture_job_unfinished ON capture_job (capture_id) WHERE finished IS NULL",
    (
        "CREATE TABLE named_query (number INTEGER PRIMARY KEY AUTOINCREMENT, "
        "name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, prefixes TEXT NOT NULL, "
        "created INTEGER NOT NULL)"
    ),
    (
        "CREATE TABLE subscription (number INTEGER PRIMARY KEY AUTOINCREMENT, "
        "id TEXT NOT NULL UNIQUE, "
        "query INTEGER NOT NULL REFERENCES named_query (number) ON DELETE CASCADE, "
        "dest TEXT NOT NULL, token TEXT, epc_format TEXT NOT NULL, schedule TEXT, "
        "report_if_empty INTEGER NOT NULL, initial INTEGER, created INTEGER NOT NULL, "
        "progress TEXT NOT NULL)"
    ),
    "CREATE INDEX subscription_of_query ON subscription (query, number)",
    "CREATE TABLE log_name (origin TEXT NOT NULL)",
    """CREATE TABLE checkpoint (
        size INTEGER PRIMARY KEY, root BLOB NOT NULL, made INTEGER NOT NULL,
        signature TEXT NOT NULL, published INTEGER NOT NULL
    )""",
    """CREATE TABLE cosignature (
        size INTEGER NOT NULL REFERENCES checkpoint (size) ON DELETE CASCADE, line TEXT NOT NULL,
        UNIQUE (size, line)
    )""",
    "CREATE TABLE checkpoint_receiver (dest TEXT PRIMARY KEY, size INTEGER NOT NULL)",
    "CREATE TABLE former_key (key TEXT PRIMARY KEY)",
    *_OWNED_QUERIES,
    *REGISTRY,
)
"""What makes the tables, in order; a step that was shipped never changes."""

_PATIENCE: Final = 30.0  # seconds
_KEY_SIZE: Final = 32


class Bookkeeping:
    """The bookkeeping of one ledger; close it, or use it as a context manager.

    Transactions of several threads take turns. What a transaction wrote is on disk when it ends.

    Args:
        ledger: the ledger file; the bookkeeping stands beside it.

    Raises:
        StoreError: the file cannot be opened, or a newer release wrote it.
    """

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(f"{ledger.name}.service")
        self._turn = threading.RLock()
        self._reading = threading.Lock()
        try:
            self._connection = self._connected()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self.path.chmod(0o600)  # it holds keys
            self._bring_up()
            self._reader = self._connected()
            self._reader.execute("PRAGMA query_only = ON")
        except (sqlite3.Error, OSError) as error:
            raise refused(f"{self.path} cannot be opened", error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._turn, self._reading:
            self._reader.close()
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one transaction: all of it holds, or nothing.

        One within another of the same thread is a part of that: it holds when the outer one ends.

        Raises:
            StoreError: the disk refuses, or the file is closed.
        """
        with self._turn:
            try:
                if self._connection.in_transaction:
                    yield self._connection
                    return
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                finally:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise refused(f"{self.path} cannot be used", error) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that reads what was written last, and waits for no writer.

        Raises:
            StoreError: the disk refuses, or the file is closed.
        """
        with self._reading:
            try:
                yield self._reader
            except sqlite3.Error as error:
                raise refused(f"{self.path} cannot be used", error) from error

    def secret(self, name: str) -> bytes:
        """Return a key of 32 random bytes, the same for ever after it was first asked for."""
        with self.transaction() as books:
            books.execute(
                "INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, secrets.token_bytes(_KEY_SIZE))
            )
            found: bytes = books.execute(
                "SELECT value FROM secret WHERE name = ?", (name,)
            ).fetchone()[0]
        return found

    def rewrite(self) -> None:
        """Write the file anew, so that nothing is left in it of what was removed.

        Raises:
            StoreError: the disk refuses, somebody else has it open, or the file is closed.
        """
        with self._turn, self._reading:
            try:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                raise refused(f"{self.path} cannot be written anew", error) from error

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _bring_up(self) -> None:
        with self.transaction() as books:
            done: int = books.execute("PRAGMA user_version").fetchone()[0]
            if done > len(_STEPS):
                raise StoreError(f"{self.path} was written by a newer release")
            for step in _STEPS[done:]:
                books.execute(step)
            books.execute(f"PRAGMA user_version = {len(_STEPS):d}")
