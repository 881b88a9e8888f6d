"""Over HTTP: what several cases have in common, what is assumed, and what came after a case."""

from collections.abc import Iterator
from typing import Final

import pytest

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.looks import looks
from ingest.capture import capture_bytes
from tests.api.access.members import Members, members
from tests.ingest.documents import document, lot, made, observed, packed

CRATE: Final = "https://id.gs1.org/8003/08936099141015C1"
JSON: Final = {"Accept": "application/json"}
SOURCE, LATE, ONE, TWO, BESIDE = (lot(name) for name in ("NGUON", "TRE", "HOP1", "HOP2", "BEN"))


def moment(day: int) -> str:
    return f"2026-03-{day:02d}T08:00:00+07:00"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    """A source went into two boxes, another one into both, but into the second too late."""
    with members(tmp_path_factory.mktemp("outbreaks")) as found:
        crate = packed(CRATE, eventTime=moment(6))
        crate["childQuantityList"] = [{"epcClass": one} for one in (SOURCE, BESIDE)]
        del crate["childEPCs"]
        events = document(
            made([SOURCE], [ONE], eventTime=moment(3)),
            made([SOURCE], [TWO], eventTime=moment(4)),
            made([LATE], [ONE], eventTime=moment(3)),
            made([LATE], [TWO], eventTime=moment(8)),
            crate,
        )
        report = capture_bytes(found.ledger, events, file_name="a", now=now())
        assert report.counts["accepted"] == 5, report
        yield found


def test_a_source_that_came_too_late_is_listed_apart(site: Members) -> None:
    asked = {"id": [ONE, TWO], "found": ["", "2026-03-05"], "place": ["", ""]}
    with site.browser(Role.PROVINCE) as browser:
        told = browser.get("/common-sources.json", params=asked).json()
        page = browser.get("/common-sources", params=asked).text
    assert [(one["object"], one["explains"]) for one in told["sources"]] == [(SOURCE, [0, 1])]
    assert [(one["object"], one["excluded"]) for one in told["impossible"]] == [(LATE, [1])]
    assert told["cases"][1]["found"] == "2026-03-05T16:59:59.999999Z"  # the day's end in Viet Nam
    before, _, after = page.partition("Ruled out by date")
    assert "NGUON" in before
    assert "TRE" in after
    assert "2: too late" in after


def test_lots_are_found_by_their_bare_numbers(site: Members) -> None:
    with site.browser(Role.PROVINCE) as browser:
        told = browser.get("/common-sources.json", params={"id": ["HOP1", "HOP2"]}).json()
    assert [one["object"] for one in told["cases"]] == [ONE, TWO]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"id": "HOP1", "found": "hôm qua"},
            "Expected a day such as 2026-03-11, or a time with its zone, got 'hôm qua'.",
        ),
        (
            {"id": "HOP1", "found": "0001-01-01"},
            "Expected a day such as 2026-03-11, or a time with its zone, got '0001-01-01'.",
        ),
        (
            {"id": "HOP1", "place": "Vườn"},
            (
                "Several places are called “Vườn”. Give the GLN of the one that is meant: "
                "Vườn nho Đồi Nắng (8936099140001); Vườn táo Gió (9506000134307)."
            ),
        ),
        ({"id": ["HOP1"] * 101}, "Expected at most 100 cases, got 101."),
    ],
)
def test_what_cannot_be_asked_is_told(
    site: Members, asked: dict[str, str | list[str]], message: str
) -> None:
    with site.browser(Role.PROVINCE) as browser:
        answer = browser.get("/common-sources.json", params=asked)
    assert (answer.status_code, answer.json()["title"]) == (400, message)


def test_what_is_assumed_stands_apart_and_says_so(site: Members) -> None:
    asked = {"id": SOURCE, "containers": "at_once", "hours": "", "kill_step": ""}
    with site.browser(Role.PROVINCE) as browser:
        told = browser.get("/what-if.json", params=asked).json()
        page = browser.get("/what-if", params=asked).text
    assert told["what_if"] is True
    assert [(one["object"], one["how"], one["by"]) for one in told["supposed"]] == [
        (BESIDE, "same_container", CRATE)
    ]
    assert "This page proves nothing." in page
    assert "These could be affected as well" in page


def test_nothing_is_assumed_of_what_nobody_names(site: Members) -> None:
    with site.browser(Role.PROVINCE) as browser:
        led = browser.get("/what-if")
        unknown = browser.get("/what-if.json", params={"id": "nobody"})
    assert (led.status_code, led.headers["location"]) == (303, "/recall")
    assert (unknown.status_code, unknown.json()["unknown"]) == (404, ["nobody"])


def test_what_is_recorded_after_a_case_was_opened_is_marked(site: Members) -> None:
    with site.browser(Role.PROVINCE) as browser:
        browser.post("/cases", data={"number": "9/KT"})
        assert browser.get("/cases/9%2FKT/later").status_code == 404  # it has no lots yet
        browser.post("/cases/9%2FKT", data={"action": "lot", "value": SOURCE})
        assert "Nothing came later." in browser.get("/cases/9%2FKT/later").text
        new = lot("MOI")
        later = document(made([SOURCE], [new], eventTime=moment(9)), observed())
        capture_bytes(site.ledger, later, file_name="b", now=now())
        told = browser.get("/cases/9%2FKT/later.json").json()
        page = browser.get("/cases/9%2FKT/later").text
    assert told["objects"] == [new]
    assert (len(told["events"]), told["gone"]) == (1, [])
    assert page.count('<span class="tag info">recorded after the case was opened</span>') == 1


def test_an_inspector_needs_a_case_and_each_look_is_noted(site: Members) -> None:
    with site.browser(Role.INSPECTOR) as browser:
        led = browser.get("/common-sources", params={"id": ONE})
        assert led.headers["location"].startswith("/cases?next=%2Fcommon-sources")
        browser.post("/cases", data={"number": "10/KT"})
        assert browser.get("/common-sources", params={"id": ONE}).status_code == 200
        assert browser.get("/what-if", params={"id": ONE}).status_code == 200
    noted = [(one.asked, one.about) for one in looks(site.books, most=2)]
    assert noted == [("GET /what-if", (ONE,)), ("GET /common-sources", (ONE,))]


def test_a_business_gets_nothing_of_it(site: Members) -> None:
    with site.browser(Role.BUSINESS, **JSON) as browser:
        for path in ("/common-sources", "/what-if", "/cases/9%2FKT/later"):
            assert browser.get(path, params={"id": ONE}).status_code == 403
