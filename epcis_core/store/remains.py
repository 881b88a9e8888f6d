"""What is left of erased events, bound by the decision that erased last.

The table `erased` changes by decisions alone, and each says the digest of the whole of it as it was
then. A salt is hashed with it that is replaced by each decision: with the digests of earlier ones
nobody can test a guess at what has gone since.

References:
    docs/adr/0023-erasing-is-a-decision-in-the-log.md
"""

import hashlib
import secrets
from typing import Final

import duckdb
import orjson

from epcis_core.proof.leaf import SALT_SIZE

MEMBER: Final = "remains"
"""The member of a decision that has the digest, in hexadecimal; decisions of before have none."""

_NAME: Final = "salt of remains"
_ROWS: Final = (
    "SELECT sequence, decision, event_id, declares, envelope, objects FROM erased ORDER BY sequence"
)


def seal_remains(cursor: duckdb.DuckDBPyConnection) -> str:
    """Give what is left a new salt, and return its digest.

    Args:
        cursor: the writer's, in the transaction of the decision, once all is erased.
    """
    put_salt(cursor, secrets.token_hex(SALT_SIZE))
    return remains_digest(cursor)


def remains_digest(cursor: duckdb.DuckDBPyConnection) -> str:
    """Return the digest of what is left of all erased events, in hexadecimal.

    It is SHA-256 over the salt and the rows in order of sequence, each as a line of JSON.
    """
    digest = hashlib.sha256((salt_of_remains(cursor) or "").encode())
    rows = cursor.execute(_ROWS)
    while row := rows.fetchone():
        digest.update(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return digest.hexdigest()


def salt_of_remains(cursor: duckdb.DuckDBPyConnection) -> str | None:
    """Return the salt, in hexadecimal; None where no decision has said a digest yet."""
    found = cursor.execute("SELECT value FROM ledger WHERE name = ?", [_NAME]).fetchall()
    return found[0][0] if found else None


def put_salt(cursor: duckdb.DuckDBPyConnection, salt: str) -> None:
    """Put the salt into the ledger, in place of another."""
    cursor.execute("INSERT OR REPLACE INTO ledger VALUES (?, ?)", [_NAME, salt])


def is_as_decided(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Return whether what is left is what the last decision to erase says; true where it says none.

    Raises:
        ValueError: the decision cannot be read.
    """
    last = cursor.execute(
        "SELECT body FROM decision WHERE kind = 'erase' ORDER BY sequence DESC LIMIT 1"
    ).fetchall()
    said = orjson.loads(last[0][0]).get(MEMBER) if last else None
    return said is None or said == remains_digest(cursor)
