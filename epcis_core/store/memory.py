"""How much memory the database may take: what cannot leave it, and little more in a long append.

What one transaction has added stays in memory up to the limit and goes to disk beyond it. Two
things cannot: the index of identities, and the texts of rows that DuckDB works on together. Without
room for these a transaction fails, and the database with it.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

import duckdb

ROWS_TOGETHER: Final = 2048
"""DuckDB works on so many rows of a table together, in order."""

_USUAL: Final = 1024  # MiB beside the index
_IN_LONG_APPEND: Final = 128  # MiB beside the index and the texts
_LONG: Final = 32 * 2**20  # bytes of texts from which an append is a long one
_SHORT_APPENDS: Final = 1000  # of no more than `_LONG` each, until the index is looked at again
_INDEXED: Final = 160  # bytes that the index takes for an event; 71 to 143 measured


class Together:
    """The sizes of the last 2,048 rows.

    Attributes:
        size: of these, bytes.
        most: that any so many rows in a row have had.
    """

    def __init__(self) -> None:
        self.size = 0
        self.most = 0
        self._sizes: deque[int] = deque(maxlen=ROWS_TOGETHER)

    def add(self, size: int) -> None:
        """Take note of the next row's size."""
        if len(self._sizes) == ROWS_TOGETHER:
            self.size -= self._sizes[0]
        self._sizes.append(size)
        self.size += size
        self.most = max(self.most, self.size)


class AppendMemory:
    """Keeps the database's memory small in an append that has become long.

    Args:
        cursor: the writer's.
        entries: how many the ledger had before.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, entries: int) -> None:
        self._cursor = cursor
        self._entries = entries
        self._together = Together()
        self._appended = 0

    def take(self, texts: Iterable[str]) -> None:
        """Make room for events that are about to be appended."""
        for text in texts:
            size = len(text) if text.isascii() else len(text.encode())
            self._together.add(size)
            self._appended += size
        if self._appended > _LONG:
            rows = self._cursor.execute(
                "SELECT memory_usage_bytes FROM duckdb_memory() WHERE tag = 'ART_INDEX'"
            ).fetchall()
            index = max(rows[0][0], self._entries * _INDEXED)
            # A quarter more than the texts: 480 MB of them did not fit into 400 MiB, but into 600.
            _limit(self._cursor, _IN_LONG_APPEND, index + self._together.most * 5 // 4)


def set_usual_memory(cursor: duckdb.DuckDBPyConnection) -> None:
    """Let the database take what reading and short appends need."""
    rows = cursor.execute("SELECT count(*) FROM entry").fetchall()
    _limit(cursor, _USUAL, rows[0][0] * _INDEXED)


class UsualMemory:
    """Gives back what a long append has had less of, and little else to do after a short one."""

    def __init__(self) -> None:
        self._usual: str | None = None
        self._left = 0

    def restore(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Let the database take what it usually may; the ledger may have grown meanwhile.

        Args:
            cursor: a reader's.
        """
        self._left -= 1
        if self._left < 0 or _limit_of(cursor) != self._usual:
            set_usual_memory(cursor)
            self._usual, self._left = _limit_of(cursor), _SHORT_APPENDS


def _limit_of(cursor: duckdb.DuckDBPyConnection) -> str:
    return str(cursor.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])


def _limit(cursor: duckdb.DuckDBPyConnection, mebibytes: int, size: int) -> None:
    cursor.execute(f"SET memory_limit = '{mebibytes + size // 2**20}MiB'")
