"""The files of a service in docs/operate.md: systemd takes them, and they do what the page says."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from api.commands.service import serve
from tests.api.conftest import GRAPES, ROOT, Run
from tests.api.operating import shipped_files

UNITS = {
    Path(path).name: text
    for path, text in shipped_files().items()
    if path.startswith("/etc/systemd/system/")
}
SERVICES = [name for name in UNITS if name.endswith(".service")]


class Unit(ConfigParser):
    """The settings of a unit; of one that is there several times the last."""

    def __init__(self, text: str) -> None:
        super().__init__(strict=False, interpolation=None)
        self.read_string(text)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_page_has_a_service_its_backup_and_a_timer() -> None:
    assert list(UNITS) == ["epcis-ledger.service", "epcis-backup.service", "epcis-backup.timer"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = Unit(UNITS[name])["Service"]
    assert service["User"] == "epcis"
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert (service["ProtectHome"], service["PrivateTmp"]) == ("yes", "yes")


def test_the_service_may_write_its_ledger_and_its_backups_and_stops_in_time() -> None:
    service = Unit(UNITS["epcis-ledger.service"])["Service"]
    assert (service["StateDirectory"], service["StateDirectoryMode"]) == ("epcis-ledger", "0700")
    assert service["ReadWritePaths"] == "/var/backups/epcis-ledger"
    assert int(service["TimeoutStopSec"]) > 60  # a capture that does not end is broken off before
    assert service["ExecStart"] == "/opt/epcis-ledger/bin/epcis serve"


@pytest.mark.parametrize("name", UNITS)
def test_a_file_begins_with_what_it_is(name: str) -> None:
    assert Unit(UNITS[name]).sections()[0] == "Unit"


def test_each_variable_that_a_unit_sets_is_a_setting() -> None:
    known = {
        option.envvar
        for annotation in serve.__annotations__.values()
        for option in getattr(annotation, "__metadata__", ())
    }
    named = re.findall(r"^Environment=(EPCIS_\w+)=", "\n".join(UNITS.values()), re.MULTILINE)
    assert len(named) > 3
    assert set(named) <= known


def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    if (analyze := shutil.which("systemd-analyze")) is None:
        pytest.skip("There is no systemd to read its units; install systemd to run this test")
    for name, text in UNITS.items():
        unit = tmp_path / name
        unit.write_text(text.replace("/opt/epcis-ledger/bin/epcis", "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_backup_of_the_night_has_the_key_of_the_log(epcis: Run, tmp_path: Path) -> None:
    """What the unit runs, with the places of this test, and what a restore makes of it."""
    assert epcis("capture", GRAPES / "01-farm-gio-cat.jsonld").code == 0
    key, note = epcis("checkpoint", "--key").out, epcis("checkpoint").out
    backups = tmp_path / "backups"
    (backups / "2026-01-01-0230").mkdir(parents=True)
    subprocess.run(["touch", "-d", "40 days ago", backups / "2026-01-01-0230"], check=True)
    program = tmp_path / "epcis"
    program.write_text(
        f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -m api.cli "$@"\n'
    )
    program.chmod(0o700)
    service = Unit(UNITS["epcis-backup.service"])["Service"]
    for line in (service["ExecStart"], service["ExecStartPost"]):
        command = line.replace("$$", "$").replace("%%", "%")
        command = command.replace("/opt/epcis-ledger/bin/epcis", str(program))
        command = command.replace("/var/backups/epcis-ledger", str(backups))
        ledger = {"EPCIS_LEDGER": str(tmp_path / "ledger.duckdb"), "PATH": "/usr/bin:/bin"}
        subprocess.run(["/bin/sh", "-c", command], env=ledger, check=True, capture_output=True)
    (made,) = backups.iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}", made.name)
    again = tmp_path / "again.duckdb"
    assert epcis("restore", made, "-o", again).code == 0
    assert epcis("checkpoint", "--key", "--ledger", again).out == key
    assert epcis("checkpoint", "--ledger", again).out == note
