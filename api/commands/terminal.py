"""The terminal: where commands write to, in which language, and which ledger is meant there."""

import os
from pathlib import Path
from typing import Final

from rich.console import Console

from epcis_core.findings import Language

DEFAULT_LEDGER: Final = "ledger.duckdb"

output = Console(emoji=False)  # `urn:x:id:5` is no picture
errors = Console(stderr=True, emoji=False)


def terminal_language() -> Language:
    """Return the language of the person at the terminal."""
    names = (os.environ.get(name) for name in ("EPCIS_LANGUAGE", "LC_ALL", "LANG"))
    return "vi" if next((name for name in names if name), "").lower().startswith("vi") else "en"


def ledger_path(given: Path | None) -> Path:
    """Return the ledger to use: as given, else `$EPCIS_LEDGER`, else `ledger.duckdb` here."""
    return given or Path(os.environ.get("EPCIS_LEDGER") or DEFAULT_LEDGER)
