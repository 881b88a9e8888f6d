"""The province sees how portals stand, a business of its own lots alone; commands tell the same."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.outward import Allowed
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.registry.journal import What, journal
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.api.conftest import Run
from tests.api.subscriptions.servers import until
from tests.ingest.documents import NOW, captured, document
from tests.portal.carrying import Simulator, simulator, write_target
from tests.portal.test_carrying_lots import new

LOT = "https://id.gs1.org/01/09506000134352/10/L1"


@dataclass
class Carried:
    """A server that has carried its lots: one was taken, one rejected."""

    members: Members
    portal: Simulator
    folder: Path


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carried]:
    folder = tmp_path_factory.mktemp("portal")
    with simulator(folder / "portal") as portal:
        target = write_target(folder / "targets", portal.address)
        settings = Settings(targets=(target,), outward=Allowed.read(["127.0.0.1"]))
        with members(folder, settings) as here:
            owner = Organisation(RIVAL, "Vườn táo Gió", owned=("9506000",))
            add_organisation(here.books, owner, NOW)
            event = {
                **new("L1"),
                "sourceList": [{"type": "owning_party", "source": FARM}],
            }
            captured(here.ledger, document(event, new("XAU")), organisation=RIVAL)
            until(lambda: portal.told()["requests"] == 2)
            yield Carried(here, portal, folder)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_province_sees_counts_and_what_was_rejected_and_why(carried: Carried) -> None:
    with carried.members.browser(Role.PROVINCE, language="vi") as browser:
        page = browser.get("/portal")
        told = browser.get("/portal.json").json()
    assert page.status_code == 200
    shown = text_of(page.text)
    assert "Cổng mẫu" in shown
    assert "Số lô cổng đang có 1 Đang chờ gửi 0" in shown
    assert "422: số lô 09506000134352/XAU không hợp lệ" in shown
    [one] = told
    assert (one["target"], one["lots"], one["late"]) == ("cong-mau", 1, 2 - 1)
    assert one["counts"] == {"waiting": 0, "sent": 0, "accepted": 1, "rejected": 1, "unknown": 0}
    assert [it["lot"].rpartition("/")[2] for it in one["parked"]] == ["XAU"]


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.INSPECTOR])
def test_others_have_no_page_of_portals(carried: Carried, role: Role) -> None:
    with carried.members.browser(role) as browser:
        assert browser.get("/portal").status_code == 403


def test_a_business_reads_on_the_page_of_its_own_lot_whether_it_was_taken(
    carried: Carried,
) -> None:
    with carried.members.browser(Role.BUSINESS, RIVAL, language="vi") as browser:
        own = text_of(browser.get("/trace", params={"id": LOT}).text)
    with carried.members.browser(Role.BUSINESS, FARM, language="vi") as browser:
        other = text_of(browser.get("/trace", params={"id": LOT}).text)
    assert re.search(r"Cổng truy xuất Cổng mẫu: đã nhận \d+/\d+/\d{4}", own), own
    assert "Cổng" not in other
    assert "L1" in other


def test_commands_tell_the_same_and_send_again(carried: Carried, epcis: Run) -> None:
    path, folder = carried.members.path, carried.folder / "targets"
    told = epcis("portal", "status", "--portal", folder, "--ledger", path)
    assert told.code == 1  # what was recorded long ago and rejected is late
    assert told.out.splitlines()[0] == (
        "cong-mau (Sample portal): 1 lots; 0 waiting, 0 sent, 1 accepted, 1 rejected, 0 unknown"
    )
    assert told.out.splitlines()[-1] == (
        "  rejected 2: https://id.gs1.org/01/09506000134352/10/XAU: "
        "422: số lô 09506000134352/XAU không hợp lệ"
    )
    as_json = epcis("portal", "status", "--portal", folder, "--ledger", path, "--json")
    with carried.members.browser(Role.PROVINCE) as browser:
        assert json.loads(as_json.out) == browser.get("/portal.json").json()
    wrong = epcis("portal", "retry", "other", "--portal", folder, "--ledger", path)
    assert (wrong.code, " ".join(wrong.err.split())) == (
        2,
        f"Error: There is no portal 'other' in {folder}; there is cong-mau.",
    )
    again = epcis("portal", "retry", "cong-mau", "--portal", folder, "--ledger", path)
    assert (again.code, again.out) == (0, "1 will be sent again.\n")
    until(lambda: carried.portal.told()["requests"] >= 3, seconds=90)
    [entry] = journal(carried.members.books, what=What.PORTAL_SENT_AGAIN)
    assert entry.about == "cong-mau: https://id.gs1.org/01/09506000134352/10/XAU"


def test_what_is_parked_is_sent_again_from_the_page(carried: Carried) -> None:
    carried.portal.control(takes_poison=True)
    with carried.members.browser(Role.PROVINCE) as browser:
        page = browser.get("/portal").text
        number = re.search(r'name="delivery" value="(\d+)"', page)
        assert number is not None
        done = browser.post("/portal", data={"delivery": number[1]})
        assert (done.status_code, done.headers["location"]) == (303, "/portal")
        until(lambda: len(carried.portal.told()["lots"]) == 2, seconds=90)
        again = browser.post("/portal", data={"delivery": number[1]})
    assert again.status_code == 409
    entries = journal(carried.members.books, what=What.PORTAL_SENT_AGAIN)
    assert entries[0].who == "province@farm.example"
