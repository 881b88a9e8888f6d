"""The list of anomalies: for the province alone, chosen from, explained, and saved as a file."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from epcis_core.access.roles import Role
from epcis_core.provenance.anomalies.anomaly import KINDS
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.journal import journal
from epcis_core.store.registry.looks import looks
from epcis_core.store.registry.places import Place, save_place
from epcis_core.store.registry.products import Product, save_product
from epcis_core.store.registry.recall_notices import declare_recall
from tests.api.access.members import Members, email_of, members
from tests.core.store.odd_ledger import EXPIRED, FARM, RECALLED, SHOP, fill_with_oddities
from tests.ingest.documents import NOW
from tests.labelled import page_of, words_of


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    folder = tmp_path_factory.mktemp("anomalies")
    with Ledger.open(folder / "ledger.duckdb") as ledger:
        fill_with_oddities(ledger)
    with members(folder) as site:
        declare_recall(site.books, RECALLED, "Không dùng", "", 0)
        yield site


@pytest.fixture
def browser(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.PROVINCE) as browser:
        yield browser


def told(browser: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    answer = browser.get(f"/anomalies.json{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["anomalies"])


def items(browser: httpx.Client, query: str = "") -> list[str]:
    """What each anomaly of a page says, what is folded away left out."""
    page = page_of(browser.get(f"/anomalies{query}").text)
    return [words_of(one) for one in page.xpath("//li[starts-with(@id, 'a-')]")]


def test_each_kind_stands_in_the_list_with_a_sentence_and_its_events(
    browser: httpx.Client,
) -> None:
    found = told(browser)
    assert {one["kind"] for one in found} == set(KINDS)
    page = page_of(browser.get("/anomalies").text)
    listed = items(browser)
    assert len(listed) == len(found)
    expired = next(one for one in listed if "lot EXPIRED" in one)
    assert expired.startswith("Grave Shipped or sold after expiry 3 Mar 2026, 02:00 Quầy shipped")
    assert (
        "Quầy shipped or sold GTIN 09506000134352, lot EXPIRED after the last day for its use or"
        " sale, 2 Mar 2026." in expired
    )
    for href in page.xpath("//a[@class='of-event']/@href"):
        assert browser.get(href).status_code == 200


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            "after_recall",
            "lot RECALLED while it was recalled, since 1 Jan 1970, 08:00.",
        ),
        ("lot_made_twice", "was recorded as made at several places: Ruộng and Quầy."),
        ("more_out_than_in", "Quầy shipped, used or sold 50 kg more of GTIN"),
        ("never_received", "Ruộng shipped GTIN 09506000134352, lot LOST to Quầy"),
        ("time_reversed", "lot EARLY 60 minutes before Ruộng recorded the shipment."),
        ("impossible_travel", "went 264 km in 60 minutes, between Ruộng and Quầy: it would take"),
        ("two_places_at_once", "number once was recorded at two places at once: "),
        ("serial_made_twice", "was recorded as made twice, at Ruộng."),
    ],
)
def test_a_sentence_names_who_what_and_how_much(
    browser: httpx.Client, kind: str, sentence: str
) -> None:
    assert any(sentence in one for one in items(browser, f"?kind={kind}")), items(browser)


def test_it_speaks_vietnamese(site: Members) -> None:
    with site.browser(Role.PROVINCE, language="vi") as browser:
        (one,) = items(browser, "?kind=more_out_than_in")
    assert (
        "Quầy đã giao, dùng hoặc bán GTIN 09506000134352, lô SHORT nhiều hơn số có được, "
        "thừa 50 kg." in one
    )


def test_it_is_chosen_by_kind_business_and_days(browser: httpx.Client) -> None:
    assert {one["kind"] for one in told(browser, "?kind=time_reversed")} == {"time_reversed"}
    assert all(SHOP in one["parties"] for one in told(browser, f"?party={SHOP}"))
    assert 0 < len(told(browser, f"?party={SHOP}")) < len(told(browser))
    days = told(browser, "?since=2026-03-03&until=2026-03-03")
    assert {one["objects"][0] for one in days} == {EXPIRED}
    assert told(browser, "?since=2026-03-04") == []
    assert words_of(page_of(browser.get("/anomalies?since=2026-03-04").text)).count(
        "There is no such anomaly."
    )
    answer = browser.get("/anomalies.json?kind=odd")
    assert (answer.status_code, answer.json()["title"]) == (
        400,
        f"Expected kind, one of {', '.join(KINDS)}, got 'odd'",
    )


def test_it_is_chosen_by_what_lists_say_of_goods_and_places(
    site: Members, browser: httpx.Client
) -> None:
    assert "Kind of goods" not in browser.get("/anomalies").text
    goods = Product(FARM, "09506000134352", "Nho", sector="fruit_and_vegetables")
    save_product(site.books, goods, NOW)
    save_place(site.books, Place(FARM, "9506000134307", "Ruộng", growing_area="VN-01"), NOW)
    page = browser.get("/anomalies").text
    assert '<option value="fruit_and_vegetables">Fresh fruit and vegetables</option>' in page
    assert len(told(browser, "?sector=fruit_and_vegetables")) == len(told(browser))
    assert told(browser, "?sector=meat") == []
    there = told(browser, "?area=VN-01")
    assert 0 < len(there) < len(told(browser))


def test_what_is_explained_is_kept_apart_until_it_is_opened_again(
    site: Members, browser: httpx.Client
) -> None:
    (one,) = told(browser, "?kind=lot_made_twice")
    before = len(told(browser))
    note = "Hai mảnh ruộng của một chủ"
    form = {"action": "explain", "key": one["key"], "note": note, "next": "/anomalies?number=1"}
    done = browser.post("/anomalies", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/anomalies?number=1")
    assert len(told(browser)) == before - 1
    (kept,) = told(browser, "?state=explained")
    assert (kept["key"], kept["explained"]["note"]) == (one["key"], note)
    assert kept["explained"]["by"] == email_of(Role.PROVINCE)
    assert (
        f"{email_of(Role.PROVINCE)} noted an explanation at"
        in items(browser, "?state=explained")[0]
    )
    browser.post("/anomalies", data={"action": "reopen", "key": one["key"]})
    assert len(told(browser)) == before
    assert [(line.what, line.about) for line in journal(site.books)[:2]] == [
        ("anomaly_reopened", one["key"]),
        ("anomaly_explained", f"{one['key']}: {note}"),
    ]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({"action": "explain", "key": "0" * 16, "note": "x"}, 404, id="no such"),
        pytest.param({"action": "explain", "note": " "}, 422, id="no words"),
        pytest.param({"action": "explain", "note": "x" * 1001}, 422, id="too many words"),
        pytest.param({"action": "forget"}, 400, id="no such action"),
    ],
)
def test_what_cannot_be_noted_is_not(
    browser: httpx.Client, form: dict[str, str], status: int
) -> None:
    key = told(browser)[0]["key"]
    assert browser.post("/anomalies", data={"key": key, **form}).status_code == status
    assert told(browser, "?state=explained") == []


def test_the_list_is_saved_as_csv(browser: httpx.Client) -> None:
    answer = browser.get("/anomalies.csv?kind=never_received")
    assert answer.headers["content-disposition"] == 'attachment; filename="anomalies.csv"'
    first, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert first == [
        *("key", "kind", "severity", "time", "sentence", "objects", "parties", "places"),
        *("events", "explanation"),
    ]
    assert [row[1:4] for row in rows] == [["never_received", "notable", "2026-03-01T02:00:00Z"]]
    assert rows[0][6] == f"{FARM} {SHOP}"


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.INSPECTOR, Role.CONNECTOR])
def test_it_is_for_the_province_alone(site: Members, role: Role) -> None:
    with site.browser(role) as browser:
        for ending in ("", ".json", ".csv"):
            assert browser.get(f"/anomalies{ending}").status_code == 403
        assert browser.post("/anomalies", data={}).status_code == 403


def test_each_look_at_it_is_noted(site: Members, browser: httpx.Client) -> None:
    browser.get("/anomalies?kind=time_reversed")
    latest = looks(site.books)[0]
    assert (latest.who, latest.asked, latest.about) == (
        email_of(Role.PROVINCE),
        "GET /anomalies",
        ("kind=time_reversed",),
    )
