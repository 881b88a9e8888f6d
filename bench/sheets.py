"""Checks and captures a large spreadsheet, and says how long each takes.

    python bench/sheets.py --rows 50000
    python bench/sheets.py --rows 50000 --csv

Every row is a harvest of its own. Told are seconds by the clock and those of the processor, which
leave out what other work on the machine takes; `docs/spreadsheets.md` has what was measured.
"""

import argparse
import datetime as dt
import gc
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook

from epcis_core.store.ledger import Ledger
from ingest.intake import capture_file, check_file
from ingest.limits import IntakeLimits
from ingest.sheets.templates import templates

_NOW: Final = 1_790_000_000_000_000
_FIRST: Final = dt.date(2026, 1, 1)
_NAME: Final = "harvest"


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a harvest, by the keys of columns."""
    for number in range(count):
        yield {
            "date": _FIRST + dt.timedelta(days=number % 300),
            "time": f"{number // 60 % 24:02}:{number % 60:02}",
            "place": f"9506000911007/LO-{number % 50}",
            "product": "9506000912004",
            "lot": f"L{number}",
            "quantity": number % 1000 / 10 + 1,
            "unit": "kg",
        }


def as_workbook(count: int) -> bytes:
    """Return the rows as a workbook."""
    columns = templates()[_NAME].columns
    file = io.BytesIO()
    book = Workbook(file, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet(templates()[_NAME].title.vi)
    sheet.write_row(0, 0, [column.name.vi for column in columns])
    for number, row in enumerate(rows(count), start=1):
        sheet.write_row(number, 0, [row.get(column.key) for column in columns])
    book.close()
    return file.getvalue()


def as_csv(count: int) -> bytes:
    """Return the rows as CSV."""
    columns = templates()[_NAME].columns
    lines = [";".join(column.name.vi for column in columns)]
    for row in rows(count):
        written = {**row, "quantity": f"{row['quantity']:.1f}".replace(".", ",")}
        lines.append(";".join(str(written.get(column.key, "")) for column in columns))
    return "\n".join(lines).encode()


def measured(what: str, work: Callable[[], object]) -> None:
    """Do some work, and say how long it took."""
    clock, processor = time.perf_counter(), time.process_time()
    said = work()
    passed, worked = time.perf_counter() - clock, time.process_time() - processor
    print(f"\r{what}: {passed:.1f} s, of the processor {worked:.1f} s; {said}")


def tell(_name: str, size: int, read: int, events: int) -> None:
    """Show how far the work has come."""
    print(f"\r{100 * read // size} %, {events} events ", end="", file=sys.stderr)


def main() -> None:
    """Measure what the command line asks for."""
    gc.set_threshold(50_000, 20, 50)  # as the commands do
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--csv", action="store_true")
    given = parser.parse_args()
    data = as_csv(given.rows) if given.csv else as_workbook(given.rows)
    print(f"{given.rows} rows, {len(data)} bytes")
    limits = IntakeLimits()

    def check() -> object:
        (report,) = check_file(io.BytesIO(data), "bench", limits=limits, tell=tell)
        return f"{report.events} events, {len(report.findings)} findings"

    def capture() -> object:
        with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "b.duckdb") as to:
            (report,) = capture_file(
                to, io.BytesIO(data), "bench", now=_NOW, limits=limits, tell=tell
            )
        return f"{report.status}, {report.counts['accepted']} stored"

    measured("check", check)
    measured("capture", capture)


if __name__ == "__main__":
    main()
