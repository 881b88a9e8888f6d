"""What docs/operate.md has for whoever copies it: files of other programs, and its tables."""

import re
from pathlib import Path

OPERATE = Path(__file__).parents[2] / "docs" / "operate.md"
_BLOCK = re.compile(r"^```(?:ini|nginx)\n# (/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shipped_files() -> dict[str, str]:
    """Return the files in the page: where each goes, and what it holds."""
    return dict(_BLOCK.findall(OPERATE.read_text(encoding="utf-8")))


def rows_below(heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading, without its head."""
    below = OPERATE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    rows = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert rows is not None
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in rows[0].splitlines()[2:]
    ]
