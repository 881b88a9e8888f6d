"""What was uploaded, its receipt, and the part to mend: for whoever sent it, and who sees all."""

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from epcis_core.access.roles import Role
from tests.api.access.members import FARM, RIVAL, Members, email_of, members
from tests.core.codecs.xml_documents import EVENT
from tests.core.codecs.xml_documents import document as xml_document
from tests.ingest.documents import document, item, lot, observed
from tests.ingest.sheets.sheet_files import harvest

PLACE = FARM.removeprefix("https://id.gs1.org/417/")
OWN = {"place": PLACE, "product": f"{PLACE}:NHO-DO"}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("uploads")) as site:
        yield site


def sent(browser: httpx.Client, data: bytes, name: str = "h.xlsx", **form: str) -> dict[str, Any]:
    """Send a file, and return its report."""
    files = {"files": (name, data)}
    answer = browser.post("/upload.json", files=files, data=form, headers=JSON)
    (report,) = answer.json()
    assert isinstance(report, dict)
    return report


def rows_of(sheet: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()


def test_a_sheet_comes_back_with_what_to_mend_and_the_mended_part_is_tied_to_it(
    site: Members,
) -> None:
    with site.browser(Role.BUSINESS) as browser:
        first = sent(
            browser,
            harvest({**OWN, "lot": "A1"}, {**OWN, "lot": None}, {**OWN, "lot": "A3"}),
            proceed="true",
        )
        assert first["status"] == "partial"
        one = f"/captures/{first['capture_id']}"
        page = browser.get(one).text
        assert '<div class="meant"><dt>Số lô</dt><dd><mark>—</mark></dd></div>' in page
        assert f'name="corrects" value="{first["capture_id"]}"' in page
        whole = browser.get(f"{one}/to-mend")
        assert whole.headers["content-disposition"] == (
            f'attachment; filename="to-mend-{first["capture_id"][:8]}.xlsx"'
        )
        assert [row[5] for row in rows_of(whole.content)] == ["Số lô", "A1", "", "A3"]
        part = rows_of(browser.get(f"{one}/to-mend?part=rejected").content)
        assert [bool(any(row)) for row in part] == [True, False, True]
        assert part[2][-1] == "F3 (wrong): 'Lot number' is empty; fill it in."
        second = sent(browser, harvest({**OWN, "lot": "A2"}), corrects=first["capture_id"])
        assert second["counts"] == {"accepted": 1, "duplicate": 0, "rejected": 0, "warnings": 0}
        newest, before = browser.get("/uploads.json").json()["uploads"][:2]
        assert (newest["capture_id"], newest["corrects"]) == (
            second["capture_id"],
            first["capture_id"],
        )
        assert (before["who"], before["file"]) == (email_of(Role.BUSINESS), "h.xlsx")
        assert f'href="/captures/{second["capture_id"]}"' in browser.get(one).text


def test_of_a_document_the_rejected_events_alone_come_back(site: Members) -> None:
    events = [observed(item(str(n)), eventID=f"urn:x:kept:{n}") for n in range(3)]
    events[1] |= {"bizStep": "shiping", "quantityList": [{"epcClass": lot("1"), "quantity": 1.50}]}
    text = document(*events).replace(b"1.5}", b"1.50}")
    with site.browser(Role.ADMIN) as browser:
        report = sent(browser, text, "d.json", proceed="true")
        assert [one["status"] for one in report["events"]] == ["accepted", "rejected", "accepted"]
        page = browser.get(f"/captures/{report['capture_id']}").text
        assert 'aria-label="In the file"' in page
        part = browser.get(f"/captures/{report['capture_id']}/to-mend")
        assert part.headers["content-type"] == "application/json"
        assert '"quantity": 1.50' in part.text
        (only,) = part.json()["epcisBody"]["eventList"]
        assert only["eventID"] == "urn:x:kept:1"
        again = sent(browser, part.content.replace(b"shiping", b"shipping"), "e.json")
        assert again["counts"]["accepted"] == 1


def test_of_a_document_in_xml_the_rejected_events_come_back_in_xml(site: Members) -> None:
    stored, wrong = (EVENT.replace("0000000001", f"000000000{n}") for n in (2, 3))
    wrong = wrong.replace("OBSERVE", "LOOK")
    with site.browser(Role.ADMIN) as browser:
        report = sent(browser, xml_document(stored, wrong).encode(), "d.xml", proceed="true")
        assert [one["status"] for one in report["events"]] == ["accepted", "rejected"]
        one = f"/captures/{report['capture_id']}"
        assert f'href="{one}/to-mend" download' in browser.get(one).text
        part = browser.get(f"{one}/to-mend")
        assert part.headers["content-type"] == "application/xml"
        assert part.text == xml_document(wrong).replace(">\n<Obj", "><Obj")
        again = sent(browser, part.content.replace(b"LOOK", b"OBSERVE"), "e.xml")
        assert again["counts"]["accepted"] == 1


def test_what_has_no_fault_is_not_kept(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        report = sent(browser, harvest({**OWN, "lot": "K1"}))
        answer = browser.get(f"/captures/{report['capture_id']}/to-mend", headers=JSON)
        assert answer.status_code == 404
        assert answer.json()["title"] == (
            "The file of this upload is not kept any more: it is for a day, and only where there "
            "is something to be said of it."
        )


def test_a_business_sees_its_own_uploads_alone_and_only_it_sees_who(site: Members) -> None:
    with site.browser(Role.BUSINESS) as farm, site.browser(Role.BUSINESS, RIVAL) as rival:
        theirs = sent(farm, harvest({**OWN, "lot": None}))
        one = f"/captures/{theirs['capture_id']}"
        for path in (f"{one}.json", f"{one}/receipt.json", f"{one}/to-mend"):
            assert rival.get(path, headers=JSON).status_code == 404
        assert rival.get("/uploads.json").json() == {"uploads": [], "before": None}
        assert rival.get(f"/uploads.json?before={theirs['capture_id']}").status_code == 404
        own = sent(rival, harvest({**OWN, "lot": None}), corrects=theirs["capture_id"])
        (row,) = rival.get("/uploads.json").json()["uploads"]
        assert (row["capture_id"], row["corrects"]) == (own["capture_id"], None)
        with site.browser(Role.PROVINCE) as province:
            rows = province.get("/uploads.json").json()["uploads"]
            assert {one["organisation"] for one in rows} >= {FARM, RIVAL}
            firms = [one for one in rows if one["organisation"] in {FARM, RIVAL}]
            assert {one["who"] for one in firms} == {None}
            page = province.get("/uploads").text
            assert "Vườn táo Gió" in page
            assert email_of(Role.BUSINESS, RIVAL) not in page


def test_the_history_goes_on_page_by_page(site: Members) -> None:
    with site.browser(Role.ADMIN) as browser:
        for number in range(52):
            browser.post("/captures", content=b"{", params={"file_name": f"{number}.json"})
        first = browser.get("/uploads.json").json()
        assert len(first["uploads"]) == 50
        assert first["before"] == first["uploads"][-1]["capture_id"]
        second = browser.get(f"/uploads.json?before={first['before']}").json()
        assert [one["file"] for one in second["uploads"][:2]] == ["1.json", "0.json"]
        assert 'rel="next"' in browser.get("/uploads").text


def test_a_receipt_says_what_was_recorded_and_whether_the_buyer_confirmed_it(
    site: Members,
) -> None:
    grapes = f"https://id.gs1.org/01/08936099141015/10/R{PLACE[-3:]}"
    ends = {
        "sourceList": [{"type": "owning_party", "source": FARM}],
        "destinationList": [{"type": "owning_party", "destination": RIVAL}],
    }

    def handed(step: str, time: str) -> bytes:
        goods = [{"epcClass": grapes, "quantity": 5, "uom": "KGM"}]
        event = observed(bizStep=step, eventTime=time, quantityList=goods, **ends)
        event.pop("epcList", None)
        return document(event)

    shipped = handed("shipping", "2026-03-12T08:00:00+07:00")
    with site.browser(Role.BUSINESS) as farm, site.browser(Role.BUSINESS, RIVAL) as rival:
        report = sent(farm, shipped, "ship.json")
        assert report["status"] == "accepted", report
        address = f"/captures/{report['capture_id']}/receipt"
        told = farm.get(f"{address}.json").json()
        assert told["sha256"] == hashlib.sha256(shipped).hexdigest()
        assert told["size"] == len(shipped)
        assert told["who"] == email_of(Role.BUSINESS)
        (event,) = report["events"]
        assert told["events"] == [
            {name: event[name] for name in ("event_id", "hash", "status")},
        ]
        assert [(one["party"], one["is_confirmed"]) for one in told["handovers"]] == [
            (RIVAL, False)
        ]
        assert "has not yet confirmed to have received" in farm.get(address).text
        assert sent(rival, handed("receiving", "2026-03-12T15:00:00+07:00"), "r.json")[
            "status"
        ] == ("accepted")
        page = farm.get(address).text
        assert "has confirmed to have received" in page
        assert event["hash"] in page
        assert re.search(r"<pre>.+\n\d+\n", page), "the checkpoint"


def test_how_far_an_upload_is_is_told_to_who_sends_it_alone(site: Members) -> None:
    nothing = {"file": "", "size": 0, "read": 0}
    path = "/upload/progress/7f9c0e6e-0000-4000-8000-000000000001.json"
    with site.browser(Role.BUSINESS) as browser:
        assert browser.get(path).json() == nothing
        assert browser.get("/upload/progress/x.json", headers=JSON).status_code == 400
        report = sent(browser, harvest({**OWN, "lot": "P1"}), token=path[17:53])
        assert report["status"] == "accepted"
        assert browser.get(path).json() == nothing


def test_the_history_is_empty_at_first(tmp_path: Path) -> None:
    with members(tmp_path) as site, site.browser(Role.BUSINESS) as browser:
        assert "Nothing was sent yet." in browser.get("/uploads").text
