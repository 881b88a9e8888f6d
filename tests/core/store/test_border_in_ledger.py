"""Chains recorded by each party for itself: what a party is told to be missing is missing."""

import re
from pathlib import Path

import pytest

from epcis_core.identifiers import canonical
from epcis_core.store.events import latest_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.trace import gaps_of
from epcis_core.store.view import EVERYTHING, View
from ingest.intake import capture_file
from ingest.limits import IntakeLimits

SAMPLES = Path(__file__).parents[3] / "samples"
NOW = 1_790_000_000_000_000
CHAINS = ("fish_sauce", "fresh_grapes", "jujube_dried", "sheep_meat")
GLN = re.compile(r"/41[47]/(\d{13})")


def recorded(ledger: Ledger, chain: str, senders: dict[str, str]) -> None:
    """Capture each file of a chain, in the name of its sender where that is known."""
    for path in sorted((SAMPLES / chain).glob("*.jsonld")):
        with path.open("rb") as file:
            for report in capture_file(
                ledger,
                file,
                path.name,
                now=NOW,
                limits=IntakeLimits(),
                organisation=senders.get(path.name, path.name),
            ):
                assert report.status == "accepted"


def owners_by_file(chain: str, folder: Path) -> dict[str, View]:
    """File to the eyes of whoever owns the place where most of its events happened."""
    found: dict[str, View] = {}
    with Ledger.open(folder / "first.duckdb") as ledger:
        recorded(ledger, chain, {})
        with ledger.reading() as cursor:
            owners = Names(cursor, EVERYTHING).owners()
        for stored in latest_events(ledger, EVERYTHING, 10_000):
            place = getattr(stored.event, "read_point", None)
            match = None if place is None else GLN.search(canonical(place.id))
            if match is None:
                continue
            party = owners.get(f"https://id.gs1.org/414/{match[1]}")
            if party is not None and stored.organisation not in found:
                glns = {one[-13:] for one, its in owners.items() if its == party}
                found[stored.organisation] = View(party, owned=(*sorted(glns), party[-13:]))
    return found


@pytest.mark.parametrize("chain", CHAINS)
def test_a_party_is_told_of_no_gap_that_is_none_for_who_sees_all(
    chain: str, tmp_path: Path
) -> None:
    views = owners_by_file(chain, tmp_path)
    assert len({view.viewer for view in views.values()}) >= 3
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        recorded(ledger, chain, {file: view.viewer or "" for file, view in views.items()})
        everything = gaps_of(ledger, EVERYTHING, None) or ()
        known = {(gap.code, gap.objects) for gap in everything}
        for view in {view.viewer: view for view in views.values()}.values():
            gaps = gaps_of(ledger, view, None) or ()
            assert {(gap.code, gap.objects) for gap in gaps} <= known, view
