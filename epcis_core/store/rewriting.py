"""Writing a ledger file anew, so that nothing is left in it of what was erased.

DuckDB marks rows as deleted and lets the blocks go that they stood in, but their bytes stay in the
file until something else is written over them. A new file has only what is there.
"""

import os
import shutil
from pathlib import Path

import duckdb

from epcis_core.errors import StoreError
from epcis_core.store.beside import unfinished_name
from epcis_core.store.durability import sync_folder
from epcis_core.store.index.upkeep import remove_index
from epcis_core.store.ledger import Ledger
from epcis_core.store.memory import set_usual_memory


def rewrite(path: Path) -> None:
    """Write a ledger file that is closed anew; it is the old one or the new one at any moment.

    The disk needs room for both. All rows keep their order.

    Raises:
        StoreError: the file is open somewhere, or the disk refuses; it is as it was.
    """
    path = path.resolve()  # of a link the file that it leads to is written, not the link
    unfinished = unfinished_name(path)
    try:
        Ledger.open(unfinished).close()
        with duckdb.connect(str(unfinished)) as connection:
            quoted = str(path).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS old (READ_ONLY)")
            _copy(connection)
            connection.execute("CHECKPOINT")
            shutil.copymode(path, unfinished)
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())
            unfinished.replace(path)  # while the old file is held, so that nobody writes to it
            sync_folder(path.parent)  # the old file is not to come back after a power cut
    except (duckdb.Error, OSError) as error:
        raise StoreError(f"{path} cannot be written anew and is as it was: {error}") from error
    finally:
        for one in (unfinished, Path(f"{unfinished}.wal")):
            one.unlink(missing_ok=True)
        remove_index(unfinished)


def _copy(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables, which are empty but for the format, from those of the old file."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY table_name"
    ).fetchall()
    # What the index of identities needs in memory follows from the number of entries.
    for table in sorted((row[0] for row in rows), key=lambda name: name != "entry"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM old.{table}")  # noqa: S608 - likewise
        if table == "entry":
            set_usual_memory(connection)
