"""A lot that waits for those it was made of says so, and none waits for ever."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from api.outward import Allowed
from api.portal.adapter import Asked, Found
from api.portal.answers import Outcome
from api.portal.sender import Sender
from api.portal.targets import read_target
from api.settings import Settings
from api.subscriptions.webhook import Pace
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import (
    Delivery,
    Operation,
    Status,
    add_delivery,
    open_delivery,
)
from epcis_core.store.portal.turns import Awaited, Cause, awaited_by, holding_up, next_deliveries
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.api.conftest import Run
from tests.api.subscriptions.servers import until
from tests.ingest.documents import NOW, captured, document, lot, made
from tests.portal.carrying import MAPPING, Clock, carry_all, simulator, write_target
from tests.portal.test_carrying_lots import new

OURS = "https://id.gs1.org/01/08936099141015/10/"
REJECTED, BETWEEN, LAST = f"{OURS}XAU", f"{OURS}M1", lot("P1")
TOLD = "422: số lô 08936099141015/XAU không hợp lệ"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    """A server whose portal rejected a farm's lot; a rival made its own of what came of it."""
    folder = tmp_path_factory.mktemp("waits")
    with simulator(folder / "portal") as portal:
        target = write_target(folder / "targets", portal.address)
        settings = Settings(targets=(target,), outward=Allowed.read(["127.0.0.1"]))
        with members(folder, settings) as here:
            for party, owned in ((FARM, "8936099"), (RIVAL, "9506000")):
                add_organisation(here.books, Organisation(party, "Vườn", owned=(owned,)), NOW)
            first = {**new("XAU"), "quantityList": [{"epcClass": REJECTED}]}
            second = made([REJECTED], [BETWEEN], eventID="urn:x:m")
            third = made([BETWEEN], [LAST], eventID="urn:x:p", eventTime="2026-03-03T08:00:00Z")
            captured(here.ledger, document(first, second), organisation=FARM)
            captured(here.ledger, document(third), organisation=RIVAL)
            until(lambda: [one.lots for one in holding_up(here.books, "cong-mau", most=9)] == [2])
            yield here


def shown(site: Members, path: str, role: Role, party: str = FARM) -> str:
    with site.browser(role, party, language="vi") as browser:
        page = browser.get(path)
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_what_holds_lots_up_is_told_with_its_reason(site: Members, epcis: Run) -> None:
    [held] = holding_up(site.books, "cong-mau", most=9)
    assert held == Awaited(REJECTED, 2, Cause.REJECTED, held.delivery, TOLD)
    page = shown(site, "/portal", Role.PROVINCE)
    assert "2 lô đang chờ lô này. Cổng từ chối lô này. Hãy sửa nguyên nhân rồi gửi lại;" in page
    with site.browser(Role.PROVINCE) as browser:
        [told] = browser.get("/portal.json").json()
    assert told["holding_up"] == [asdict(held)]
    folder = site.path.parent / "targets"
    status = epcis("portal", "status", "--portal", folder, "--ledger", site.path)
    assert (
        f"  2 wait for {REJECTED}, which was rejected; mend it, then: "
        f"epcis portal retry cong-mau {held.delivery}"
    ) in status.out.splitlines()


def test_the_page_of_a_lot_names_what_it_waits_for(site: Members) -> None:
    page = shown(site, f"/trace?id={LAST}", Role.PROVINCE)
    assert "đang chờ gửi" in page
    assert "Đang chờ một lô đầu vào mà cổng đã từ chối;" in page
    own = shown(site, f"/trace?id={BETWEEN}", Role.BUSINESS)
    assert "Đang chờ một lô đầu vào mà cổng đã từ chối;" in own


def test_a_business_reads_of_no_lot_that_it_does_not_see(site: Members) -> None:
    page = shown(site, f"/trace?id={LAST}", Role.BUSINESS, RIVAL)
    assert re.search(r"Sẽ được gửi sau khi cổng nhận một lô đầu vào: \S.*M1", page), page
    assert "XAU" not in page
    assert "đã từ chối" not in page


@pytest.fixture
def books(ledger: Ledger) -> Iterator[Bookkeeping]:
    with Bookkeeping(ledger.path) as opened:
        yield opened


def waiting(name: str, *upstream: str) -> Delivery:
    return Delivery("t", name, Operation.CREATE, "h", name, "{}", upstream, NOW, NOW)


def test_lots_that_were_made_of_each_other_go_in_the_order_they_were_found(
    books: Bookkeeping,
) -> None:
    for one in (waiting("A", "B"), waiting("B", "A"), waiting("C", "A", "B")):
        add_delivery(books, one)
    assert [one.lot for one in next_deliveries(books, "t", NOW, most=9)] == ["A"]
    assert awaited_by(books, "t", "A", most=9) == []
    assert awaited_by(books, "t", "B", most=9) == [Awaited("A", 1, Cause.UNDER_WAY, 1, None)]
    assert [one.lot for one in awaited_by(books, "t", "C", most=9)] == ["A", "B"]
    assert holding_up(books, "t", most=9) == []


def test_a_lot_of_which_there_is_no_record_is_named(books: Bookkeeping) -> None:
    add_delivery(books, waiting("A", "B"))
    assert next_deliveries(books, "t", NOW, most=9) == []
    assert holding_up(books, "t", most=9) == [Awaited("B", 1, Cause.UNMADE, None, None)]


class Taking:
    """Takes everything, and remembers in which order."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def wants_reference(self, delivery: Delivery) -> bool:  # noqa: ARG002
        return False

    def asked(self, delivery: Delivery, reference: str | None, now: int) -> Asked:  # noqa: ARG002
        self.taken.append(delivery.lot)
        return Asked("POST", "https://portal.example", {}, b"")

    async def send(self, asked: Asked, now: int) -> Outcome:  # noqa: ARG002
        return Outcome(Status.ACCEPTED)

    async def find(self, delivery: Delivery, reference: str | None, now: int) -> Found:  # noqa: ARG002
        return Found(None)


def test_what_waited_is_looked_for_now_and_then_however_much_comes_after_it(
    books: Bookkeeping,
) -> None:
    names = [f"L{number}" for number in range(250)]
    with books.transaction():
        for one in (waiting("A", "B"), waiting("B"), *map(waiting, names)):
            add_delivery(books, replace(one, target="cong-mau"))
    taking = Taking()
    sender = Sender(books, read_target("cong-mau", MAPPING), taking, None, Pace())

    async def send_all() -> None:
        moment = NOW
        while await sender.deliver(moment) is not None:
            moment += 1_000_000

    asyncio.run(send_all())
    assert sorted(taking.taken) == sorted(["A", "B", *names])
    assert taking.taken[0] == "B"
    assert taking.taken.index("A") == 100  # at the beginning of the second round
    assert not sender.is_busy


def test_goods_that_are_worked_anew_are_carried(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path
) -> None:
    again = {"eventID": "urn:x:back", "eventTime": "2026-03-04T08:00:00+07:00"}
    out = made([lot("B")], [lot("C")], eventID="urn:x:out", eventTime="2026-03-05T08:00:00Z")
    captured(
        ledger,
        document(
            new("A"),
            made([lot("A")], [lot("B")], eventID="urn:x:there"),
            made([lot("B")], [lot("A")], **again),
            out,
        ),
    )
    with simulator(tmp_path / "portal") as portal:
        target = write_target(tmp_path / "targets", portal.address)
        carry_all(ledger, books, target, Clock())
        order = [entry["lot"].rpartition("/")[2] for entry in portal.told()["log"]]
    assert order == ["A", "B", "C"]
    assert open_delivery(books, target.name, lot("B")) is None
