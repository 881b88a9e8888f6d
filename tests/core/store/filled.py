"""A ledger with an entry of every kind, and a row in every table."""

import shutil
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from epcis_core.findings import Finding
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import NOW, SITE, captured, document, item, lot, made, observed, packed
from tests.ingest.documents import place as place_of

BORN: Final[dict[str, Any]] = observed(
    item("1"),
    eventID="urn:x:1",
    quantityList=[{"epcClass": lot("L1"), "quantity": 1, "uom": "KGM"}],
    action="ADD",
    ilmd={"cbvmda:lotNumber": "L1"},
    sensorElementList=[{"sensorReport": [{"type": "Temperature"}]}],
    destinationList=[{"type": "owning_party", "destination": "urn:epc:id:pgln:9506000.13431"}],
    **{"ex:n": 1},
)
SEEN: Final[dict[str, Any]] = observed(item("2"), eventID="urn:x:2", bizStep="inspecting")
EVENTS: Final = 7
"""That the ledger holds."""


def fill(ledger: Ledger) -> None:
    """Put in five events and master data, a receipt and its head, two documents more."""
    wrong = {**SEEN, "errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    run, crate = made([lot("L1")], [lot("L2")]), packed("urn:x:crate", item("1"), item("2"))
    elements = [place_of(SITE, name="Vườn Gió Cát")]
    farm = document(BORN, SEEN, run, crate, wrong, elements=elements)
    for data, organisation in (
        (farm, "farm"),
        (document(BORN), "shop"),
        (document(BORN), "farm"),
        (b"{", "farm"),
        (document(observed(item("3")), observed(item("4"))), "shop"),
    ):
        captured(ledger, data, organisation=organisation, now=NOW)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with entries of every kind, which nobody has open."""
    made = tmp_path_factory.mktemp("filled") / "ledger.duckdb"
    with Ledger.open(made) as ledger:
        fill(ledger)
    return made


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    """A copy of it, with its index."""
    shutil.copytree(original.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / original.name


def checked(path: Path, **options: object) -> tuple[Checked, list[Finding]]:
    seen = Checked()
    return seen, list(check_ledger(path, seen, **options))  # type: ignore[arg-type] # of tests


def found_in(path: Path) -> list[tuple[str, str | None]]:
    return [(one.code, one.where.pointer) for one in checked(path)[1]]


def tampered(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
