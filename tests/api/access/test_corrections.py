"""Withdrawing and correcting: own records alone, all or nothing, and others see it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from epcis_core.access.roles import Role
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.ingest.documents import document, lot, observed
from tests.ingest.sheets.sheet_files import harvest

GLN, OTHER = (one.rpartition("/")[2] for one in (FARM, RIVAL))
JSON = {"Accept": "application/json"}
ENDS = {
    "sourceList": [{"type": "owning_party", "source": FARM}],
    "destinationList": [{"type": "owning_party", "destination": RIVAL}],
}
numbers = count(1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("corrections")) as site:
        yield site


@pytest.fixture
def farm(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.BUSINESS) as browser:
        yield browser


@pytest.fixture
def rival(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.BUSINESS, RIVAL) as browser:
        yield browser


def shipped(**more: Any) -> dict[str, Any]:
    """A shipment from the farm to the rival of a lot of its own."""
    goods = [{"epcClass": lot(f"S{next(numbers)}"), "quantity": 1.50, "uom": "KGM"}]
    event = observed(bizStep="shipping", quantityList=goods, **ENDS, **more)
    del event["epcList"]
    return event


def recorded(browser: httpx.Client, *events: dict[str, Any]) -> list[str]:
    """Capture events, and return their ids."""
    data = document(*events).replace(b'"quantity": 1.5,', b'"quantity": 1.50,')
    answer = browser.post("/upload.json", files={"files": ("d.json", data)}, headers=JSON)
    (report,) = answer.json()
    assert report["status"] == "accepted", report
    return [one["event_id"] for one in report["events"]]


def page_of(browser: httpx.Client, event_id: str) -> str:
    return browser.get(f"/event?id={quote(event_id)}").text


def records_of(browser: httpx.Client, event_id: str) -> list[dict[str, Any]]:
    answer = browser.get(f"/event.json?id={quote(event_id)}")
    return [one["event"] for one in answer.json()["records"]]


def filled(page: str) -> dict[str, str]:
    """The fields of the form as the page shows them."""
    form = page[page.index('action="/correct"') :]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def test_a_record_is_withdrawn_and_the_other_side_sees_it(
    farm: httpx.Client, rival: httpx.Client
) -> None:
    (one,) = recorded(farm, shipped())
    page = page_of(farm, one)
    assert "will see that this record was withdrawn." in page
    assert "Vườn táo Gió" in page[: page.index("will see that this record was withdrawn.")]
    done = farm.post("/withdraw", data={"id": one, "reason": "incorrect_data"})
    assert done.status_code == 303
    receipt = farm.get(done.headers["location"]).text
    assert f"{FARM} declared this event wrong: Incorrect data." in receipt
    original, declaration = records_of(rival, one)
    assert declaration["errorDeclaration"]["reason"] == "incorrect_data"
    assert "correctiveEventIDs" not in declaration["errorDeclaration"]
    told = {"errorDeclaration", "eventID"}
    assert {k: v for k, v in declaration.items() if k not in told} == original
    again = farm.post("/withdraw", data={"id": one}, headers=JSON)
    assert (again.status_code, again.json()["title"]) == (
        409,
        "This record was corrected or withdrawn already.",
    )
    assert 'action="/withdraw"' not in page_of(farm, one)


def test_a_record_is_corrected_and_what_was_right_stays_as_it_was_written(
    farm: httpx.Client, rival: httpx.Client
) -> None:
    (one,) = recorded(farm, shipped(**{"ex:grade": "A"}))
    page = farm.get(f"/correct?id={quote(one)}").text
    values = filled(page)
    assert values["quantity-0"] == "1.50"
    assert values["unit-0"] == "KGM"
    assert values["receiver"] == OTHER
    assert values["time"] == "2026-03-01T08:00"
    new = {**values, "lot-0": "L/9", "time": "2026-03-02T09:30", "unit-0": "tấn"}
    done = farm.post("/correct", data=new)
    assert done.status_code == 303, done.text
    capture = done.headers["location"].removesuffix("/receipt")
    declared, corrective = farm.get(f"{capture}.json").json()["events"]
    assert (declared["event_id"], declared["status"]) == (one, "accepted")
    (event,) = records_of(rival, corrective["event_id"])
    assert event == {
        **records_of(rival, one)[0],
        "eventTime": "2026-03-02T09:30:00+07:00",
        "quantityList": [{"epcClass": lot("L%2F9"), "quantity": 1.5, "uom": "TNE"}],
    }
    raw = rival.get(f"/event.json?id={quote(corrective['event_id'])}").text
    assert re.search(r'"quantity": ?1\.50', raw)
    (_, declaration) = records_of(farm, one)
    assert declaration["errorDeclaration"]["correctiveEventIDs"] == [corrective["event_id"]]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("quantity-0", "1.500", "&#39;1.500&#39; can be 1500 or 1,500; write 1500"),
        ("quantity-0", "-3", "above 0"),
        ("receiver", "9506000911008", "Check digit of 9506000911008 is wrong: expected 7"),
        ("lot-0", "Lô 5", "Lô 5"),
        ("time", "yesterday", "&#39;yesterday&#39; is no time of day"),
        ("time", "2026-03-10", "&#39;2026-03-10&#39; is no time of day"),
        ("time", "2026-03-10T05:30+05:00", "&#39;2026-03-10T05:30+05:00&#39; is no time of day"),
        ("time", "0001-01-01T00:00", "01/01/1 does not lie between 2000 and 2099"),
        ("time", "2206-03-10T05:30", "10/03/2206 does not lie between 2000 and 2099"),
        ("unit-0", "bucket", "bucket"),
    ],
    ids=[
        *("ambiguous", "negative", "check digit", "lot"),
        *("word", "day alone", "zone", "first year", "late year", "unit"),
    ],
)
def test_what_is_wrong_in_the_form_is_told_at_its_field_and_nothing_is_stored(
    farm: httpx.Client, field: str, value: str, told: str
) -> None:
    (one,) = recorded(farm, shipped())
    values = filled(farm.get(f"/correct?id={quote(one)}").text)
    answer = farm.post("/correct", data={**values, field: value})
    assert answer.status_code == 422
    problem = re.search(rf'<p class="problem" id="{field}-problem">(.*?)</p>', answer.text)
    assert problem is not None, answer.text
    assert told in problem[1]
    assert len(records_of(farm, one)) == 1


def test_a_form_in_which_nothing_was_changed_stores_nothing(farm: httpx.Client) -> None:
    (one,) = recorded(farm, shipped())
    values = filled(farm.get(f"/correct?id={quote(one)}").text)
    answer = farm.post("/correct", data=values)
    assert answer.status_code == 422
    assert "Nothing was stored: you have changed nothing." in answer.text


@pytest.mark.parametrize("path", ["/withdraw", "/correct"])
def test_records_of_others_are_refused_and_unseen_ones_are_not_there(
    site: Members, farm: httpx.Client, rival: httpx.Client, path: str
) -> None:
    (one,) = recorded(farm, shipped())
    answer = rival.post(path, data={"id": one}, headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (
        403,
        "Only the organisation that recorded this can correct or withdraw it.",
    )
    assert 'action="/withdraw"' not in page_of(rival, one)
    (unseen,) = recorded(farm, observed(bizStep="storing"))
    unknown = rival.post(path, data={"id": "urn:x:nobody"}, headers=JSON)
    hidden = rival.post(path, data={"id": unseen}, headers=JSON)
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["title"].replace(unseen, "urn:x:nobody") == unknown.json()["title"]
    with site.browser(Role.PROVINCE) as province:
        assert province.post(path, data={"id": one}, headers=JSON).status_code == 403


def test_a_record_that_is_corrected_back_to_what_it_was_stands_again(farm: httpx.Client) -> None:
    (one,) = recorded(farm, shipped())

    def corrected(event_id: str, quantity: str) -> tuple[str, str]:
        values = filled(farm.get(f"/correct?id={quote(event_id)}").text)
        done = farm.post("/correct", data={**values, "quantity-0": quantity})
        capture = done.headers["location"].removesuffix("/receipt")
        _, corrective = farm.get(f"{capture}.json").json()["events"]
        return corrective["event_id"], corrective["status"]

    other, _ = corrected(one, "7")
    back, status = corrected(other, "1.5")
    assert (status, back.partition(":")[0]) == ("accepted", "urn")
    (event,) = records_of(farm, back)
    assert event == {**records_of(farm, one)[0], "eventID": back}
    (_, declaration) = records_of(farm, other)
    assert declaration["errorDeclaration"]["correctiveEventIDs"] == [back]


def test_a_record_that_two_withdraw_at_once_is_withdrawn_once(farm: httpx.Client) -> None:
    (one,) = recorded(farm, shipped())
    with ThreadPoolExecutor(4) as several:
        answers = several.map(
            lambda _: farm.post("/withdraw", data={"id": one}, headers=JSON).status_code, range(4)
        )
        assert sorted(answers) == [200, 409, 409, 409]
    assert len(records_of(farm, one)) == 2


def test_all_that_an_upload_brought_is_withdrawn_but_what_was_before(farm: httpx.Client) -> None:
    own = {"place": GLN, "product": f"{GLN}:TAO"}
    rows = [{**own, "lot": f"W{number}"} for number in range(3)]
    files = {"files": ("h.xlsx", harvest(*rows))}
    (report,) = farm.post("/upload.json", files=files, headers=JSON).json()
    ids = [one["event_id"] for one in report["events"]]
    assert farm.post("/withdraw", data={"id": ids[0]}).status_code == 303
    page = farm.get(f"/captures/{report['capture_id']}").text
    assert "Withdraw all 2 records of this upload" in page
    done = farm.post("/withdraw", data={"capture": report["capture_id"]}, headers=JSON)
    (told,) = done.json()
    assert told["counts"] == {"accepted": 2, "duplicate": 0, "rejected": 0, "warnings": 0}
    assert [len(records_of(farm, one)) for one in ids] == [2, 2, 2]
    again = farm.post("/withdraw", data={"capture": report["capture_id"]}, headers=JSON)
    assert again.status_code == 409


def test_a_large_upload_is_withdrawn_at_once_and_its_page_tells_how_many(
    farm: httpx.Client,
) -> None:
    data = document(*(shipped() for _ in range(1200)))
    (report,) = farm.post("/upload.json", files={"files": ("l.json", data)}, headers=JSON).json()
    one = {"capture": report["capture_id"]}
    assert "Withdraw all 1,200 records" in farm.get(f"/captures/{report['capture_id']}").text
    (told,) = farm.post("/withdraw", data=one, headers=JSON).json()
    assert told["counts"]["accepted"] == 1200
    assert "/withdraw" not in farm.get(f"/captures/{report['capture_id']}").text
    assert farm.post("/withdraw", data=one, headers=JSON).status_code == 409


def test_a_reason_that_the_standard_has_not_is_refused(farm: httpx.Client) -> None:
    answer = farm.post("/withdraw", data={"id": "x", "reason": "mood"}, headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (
        400,
        "Expected reason, one of did_not_occur, incorrect_data.",
    )


def test_a_record_in_xml_is_corrected_too(farm: httpx.Client) -> None:
    xml = (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" '
        'creationDate="2026-03-04T08:00:00Z" xmlns:ex="https://ns.example.com/"><EPCISBody>'
        "<EventList><ObjectEvent><eventTime>2026-03-01T08:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList/><action>OBSERVE</action>"
        "<bizStep>urn:epcglobal:cbv:bizstep:storing</bizStep><quantityList><quantityElement>"
        f"<epcClass>{lot('X1')}</epcClass><quantity>2.50</quantity><uom>KGM</uom>"
        "</quantityElement></quantityList><ex:grade>A</ex:grade></ObjectEvent></EventList>"
        "</EPCISBody></epcis:EPCISDocument>"
    )
    answer = farm.post("/upload.json", files={"files": ("d.xml", xml.encode())}, headers=JSON)
    (report,) = answer.json()
    assert report["status"] == "accepted", report
    (event,) = report["events"]
    values = filled(farm.get(f"/correct?id={quote(event['event_id'])}").text)
    assert values["time"] == "2026-03-01T15:00"
    done = farm.post("/correct", data={**values, "quantity-0": "3,5"}, headers=JSON)
    (told,) = done.json()
    assert told["status"] == "accepted", told
    (new,) = records_of(farm, told["events"][1]["event_id"])
    assert new["quantityList"] == [{"epcClass": lot("X1"), "quantity": 3.5, "uom": "KGM"}]
    assert new["ex:grade"] == "A"
