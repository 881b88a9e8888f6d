"""What a large run of stamps costs: ordering it, and its labels as an archive of PDFs.

    python bench/stamps.py [COUNT]

Prints seconds of the processor and the most memory.
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from api.stamps.formats import formats
from api.stamps.printing import stamp_files, zipped
from api.stamps.runs import stamps_of
from api.stamps.words import label_words
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.stamps import Run, Serials, order_stamps

RUN = Run(
    organisation="",
    gtin="08936099141015",
    lot="DN260311",
    count=100_000,
    serials=Serials.RANDOM,
    base="https://truy-xuat.example",
    format="roll-50x30",
    language="vi",
    name="Nho xanh Cổ Bình, loại đặc biệt",
    expiry=date(2026, 12, 31),
    pin_digits=6,
)
"""An invented lot."""


def memory() -> float:
    """Return the most memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Order a run, make its files, and print what that took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUN.count
    with tempfile.TemporaryDirectory() as folder, Bookkeeping(Path(folder) / "l.duckdb") as books:
        begin, before = time.process_time(), memory()
        run = order_stamps(books, replace(RUN, count=count), None, 1)
        ordered = time.process_time()
        files = stamp_files(
            stamps_of(books, run), formats()[run.format], label_words(run.language), "stamps"
        )
        size = sum(len(piece) for piece in zipped(files))
        made = time.process_time()
    print(f"{count} stamps: ordered in {ordered - begin:.1f} s, files in {made - ordered:.1f} s")
    print(f"{size / 1e6:.1f} MB in files; memory {before:.0f} MB before, {memory():.0f} MB at most")


if __name__ == "__main__":
    main()
