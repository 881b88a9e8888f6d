"""The commands of the README do what it says, as the installed command does it."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from tests.api.conftest import GRAPES, ROOT, Run

ENDLESS = {"serve", "demo"}
"""Commands that run until they are stopped."""


def written(folder: Path) -> list[tuple[list[str], str]]:
    """Return the README's commands in order, and the file each is written into, if any."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\$ epcis (.+?)(?: > (\S+))?(?: +#.*)?$", text, re.MULTILINE)
    return [(shlex.split(line.replace("/backups", str(folder))), kept) for line, kept in found]


def test_the_commands_of_the_readme_run_one_after_another(epcis: Run, tmp_path: Path) -> None:
    shutil.copytree(GRAPES, tmp_path / "uploads", ignore=shutil.ignore_patterns("*.md"))
    shutil.copyfile(GRAPES / "01-farm-gio-cat.jsonld", tmp_path / "harvest.jsonld")
    (tmp_path / "targets").mkdir()
    failed = {}
    for arguments, kept in written(tmp_path):
        if arguments[0] in ENDLESS:
            continue
        done = epcis(*arguments)
        if kept:
            (tmp_path / kept).write_text(done.out, encoding="utf-8")
        if done.code != 0:
            failed[" ".join(arguments)] = done.err
    assert failed == {}


def test_an_export_by_command_becomes_the_same_log_by_command(epcis: Run, tmp_path: Path) -> None:
    epcis("capture", GRAPES)
    out = epcis("export", "-o", "archive")
    assert (out.code, out.out) == (
        0,
        "archive: 166 entries of the log, 122 events in 2 documents.\n",
    )
    again = epcis("import", "archive", "-o", "again.duckdb")
    assert (again.code, again.out) == (0, "again.duckdb: 166 entries, the same log.\n")
    roots = [
        json.loads(epcis("fsck", one, "--json").out)["root"]
        for one in ("ledger.duckdb", "again.duckdb")
    ]
    assert roots[0] == roots[1]
    assert pq.read_metadata(tmp_path / "archive" / "log.parquet").num_rows == 166
