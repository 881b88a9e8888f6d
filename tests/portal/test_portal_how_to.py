"""A new target is a mapping file: what docs/portal.md says is done, line by line, by a server."""

import re
import subprocess
import sys
import time
from pathlib import Path

from epcis_core.store.ledger import Ledger
from tests.api.conftest import environment
from tests.ingest.documents import captured
from tests.portal.carrying import ROOT, simulator
from tests.portal.story import expected, first_documents

PAGE = (ROOT / "docs" / "portal.md").read_text("utf-8")
NAMES = {
    "product": "gtin",
    "lot": "batchNo",
    "name": "productName",
    "link": "link",
    "made_of": "madeOf",
    "steps": "events",
    "step": "type",
    "time": "at",
    "place": "where",
}
"""What the portal of the page calls things."""


def block(language: str, beginning: str) -> str:
    """Return what is fenced in the page under a step, without its margin."""
    found = re.search(rf"{re.escape(beginning)}.*?```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return re.sub(r"^   ", "", found[1], flags=re.MULTILINE)


def test_a_target_that_is_written_as_the_page_says_gets_every_lot(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        for data in first_documents(1):
            captured(ledger, data)
    named = re.search(r"such as\s+`([\w.-]+)`", PAGE)
    assert named is not None
    variable, _, key = block("sh", "2. Put").removeprefix("export ").strip().partition("=")
    command = block("sh", "3. Start").split()
    assert command[0] == "epcis"
    with simulator(tmp_path / "portal") as portal:
        portal.control(api_key=key, names=NAMES)
        (tmp_path / "targets").mkdir()
        target = block("toml", "1. Make").replace("https://cong-tinh.example/api", portal.address)
        (tmp_path / "targets" / named[1]).write_text(target, "utf-8")
        with subprocess.Popen(
            [sys.executable, "-m", "api.cli", *command[1:]],
            cwd=tmp_path,
            env={
                **environment(),
                variable: key,
                "EPCIS_LEDGER": str(path),
                "EPCIS_PORT": "0",
                "EPCIS_ALLOW_OUTWARD": "127.0.0.1",
            },
            stdout=subprocess.DEVNULL,
        ) as server:
            try:
                end = time.monotonic() + 60
                while len(portal.told()["lots"]) < len(expected(1)) + 1:
                    assert time.monotonic() < end
                    assert server.poll() is None
                    time.sleep(0.1)
            finally:
                server.terminate()
        assert server.returncode == 0
    lots = [lot.partition("/")[2] for lot in portal_lots(tmp_path / "portal")]
    assert lots == ["A0", "B0", "W0", "P0", "Q0"] or lots.index("Q0") > lots.index("P0")


def portal_lots(state: Path) -> list[str]:
    """Return the lots that a portal has taken, in their order."""
    return re.findall(r'"lot": "([^"]+)"', state.read_text("utf-8"))
