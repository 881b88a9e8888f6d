"""One ledger pushes to another by the EPCIS interface, and both tell the same of the lots."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.outward import Allowed
from api.portal.runner import Means, adapter_for, connector_to, outward_to
from api.portal.targets import Target, read_target
from api.subscriptions.webhook import Pace
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import Status, parked
from epcis_core.store.portal.standing import standing
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from tests.ingest.documents import NOW, captured, document, lot, observed
from tests.portal.carrying import ROOT, Clock, carry
from tests.served import served

TARGET = """
kind = "epcis"
title = {{ vi = "Sổ cái thứ hai", en = "A second ledger" }}
address = "{address}/epcis"
per_second = 1000000
"""


@pytest.fixture
def second(tmp_path: Path) -> Iterator[tuple[Ledger, str]]:
    """Another ledger, and where it is served."""
    with Ledger.open(tmp_path / "second.duckdb") as other, served(create_app(other)) as address:
        yield other, address


def push(ledger: Ledger, address: str) -> tuple[Bookkeeping, Target]:
    """Carry all lots of a ledger to the repository at an address."""
    target = read_target("second", TARGET.format(address=address))
    books, clock, allowed = Bookkeeping(ledger.path), Clock(), Allowed.read(["127.0.0.1"])

    async def run() -> None:
        async with outward_to(target, allowed) as outward:
            means = Means(ledger, books, allowed, Pace(), clock)
            await carry(connector_to(target, adapter_for(target, outward), means), clock)

    asyncio.run(run())
    return books, target


def told(ledger: Ledger, one: str) -> Any:
    return trace_lot(ledger, EVERYTHING, one).as_json()


def test_both_tell_the_same_of_every_lot_of_the_samples(
    ledger: Ledger, second: tuple[Ledger, str]
) -> None:
    other, address = second
    for file in sorted((ROOT / "samples").glob("*/*.jsonld")):
        capture_bytes(ledger, file.read_bytes(), file_name=file.name, now=NOW)
    books, target = push(ledger, address)
    with books:
        stood = standing(books, target.name, NOW, target.deadline, target.warning)
        with books.reading() as connection:
            rows = connection.execute("SELECT lot FROM portal_lot").fetchall()
    assert stood.lots == len(rows) > 20
    assert [one for status, one in stood.counts.items() if status is not Status.ACCEPTED] == [0] * 4
    for (one,) in rows:
        assert told(other, one) == told(ledger, one), one


def test_a_conflict_is_rejected_with_the_words_of_the_other_side(
    ledger: Ledger, second: tuple[Ledger, str]
) -> None:
    other, address = second
    amounts = [{"epcClass": lot("L1"), "quantity": 1, "uom": "KGM"}]
    event = observed(eventID="urn:x:1", epcList=[], quantityList=amounts)
    captured(other, document({**event, "bizStep": "inspecting"}))
    captured(ledger, document(event))
    books, target = push(ledger, address)
    with books:
        [one] = parked(books, target.name, before=None, most=9)
    assert one.reason is not None
    assert "urn:x:1" in one.reason
