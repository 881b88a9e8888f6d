"""Ledgers with something of every kind in them, and how two of them are compared."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from api.exporting import ExportFormat, export_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from epcis_core.store.part import LedgerPart, part_of
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.reimport import Imported, import_export
from tests.api.capturing import OLD_XML
from tests.ingest.documents import NOW, captured, document, observed
from tests.world.against import written
from tests.world.chance import Seeded
from tests.world.stories import tell_story

SAMPLES: Final = sorted((Path(__file__).parents[2] / "samples").glob("*/*.jsonld"))
BOTH: Final[frozenset[ExportFormat]] = frozenset({"parquet", "epcis"})


def fill_with_samples(ledger: Ledger) -> None:
    """Capture the sample chains, each business for itself, and whatever else a log can hold."""
    for number, file in enumerate(SAMPLES):
        organisation = file.stem.partition("-")[2]
        data = file.read_bytes()
        captured(ledger, data, organisation=organisation, file_name=file.name, now=NOW + number)
    event = observed(eventID="urn:x:1", **{"ex:note": "Nắng lên 'sớm'"})
    declared = {**event, "errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    later = NOW + len(SAMPLES)
    captured(ledger, document(event, declared), organisation="farm", now=later)
    captured(ledger, document(event), organisation="shop", now=later + 1)  # a witness
    captured(ledger, OLD_XML, organisation="shop", now=later + 2)
    bare = {"@context": {"ex": "urn:x:"}, **observed("urn:x:bare", **{"ex:n": 1})}
    captured(ledger, json.dumps(bare).encode(), organisation="farm", now=later + 3)
    captured(ledger, document(observed(action="ERASE")), organisation="shop", now=later + 4)


def fill_with_world(ledger: Ledger, seed: int) -> None:
    """Capture what the businesses of a simulated world wrote, in all syntaxes."""
    told = tell_story(Seeded(seed), level=1, acts=(20, 40)).telling.documents
    for number, its in enumerate(told):
        organisation = f"sender {number % 3}"
        data = written(its, salt="export")
        captured(ledger, data, organisation=organisation, now=NOW + number, proceed=True)


def exported(
    ledger: Ledger,
    folder: Path,
    *,
    parties: list[str] | None = None,
    formats: frozenset[ExportFormat] = BOTH,
) -> dict[str, Any]:
    """Export a ledger; what the manifest says."""
    with ledger.reading() as cursor:
        part = LedgerPart() if parties is None else part_of(cursor, EVERYTHING, parties)
    with Bookkeeping(ledger.path) as books:
        return export_ledger(ledger, books, folder, now=NOW * 2, part=part, formats=formats)


def imported(folder: Path, target: Path) -> Imported:
    """Import an export."""
    return import_export(folder, target, now=NOW * 2, keys=[])


@contextmanager
def again(folder: Path, target: Path) -> Iterator[Ledger]:
    """Give the ledger that an import makes of an export."""
    imported(folder, target)
    with Ledger.open(target, create=False) as ledger:
        yield ledger


def tables(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, sorted."""
    with ledger.reading() as cursor:
        names = [row[0] for row in cursor.execute("SHOW TABLES").fetchall()]
        return {
            name: cursor.table(name).query("one", "FROM one ORDER BY ALL").fetchall()
            for name in names
        }


def objects(ledger: Ledger) -> list[str]:
    """Every object that an event names."""
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT DISTINCT object FROM reference ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def traces(ledger: Ledger, subjects: list[str]) -> dict[str, dict[str, Any]]:
    """The trace of each object, as JSON."""
    return {one: trace_lot(ledger, EVERYTHING, one, now=NOW).as_json() for one in subjects}


def faults(path: Path) -> list[str]:
    """What the check of a closed ledger finds."""
    return [f"{one.where} {one.message}" for one in check_ledger(path, Checked())]


def bytes_beside(path: Path) -> bytes:
    """All that stands in a ledger file and in the files beside it, packed texts unpacked."""
    return (
        b"".join(
            one.read_bytes()
            for pattern in (f"{path.name}*", f"{path.name}*/*")
            for one in sorted(path.parent.glob(pattern))
            if one.is_file()
        )
        + repr(_unpacked(path)).encode()
    )


def _unpacked(path: Path) -> list[Any]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
        return [connection.table(name).fetchall() for name in names]
