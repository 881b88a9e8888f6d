"""A business orders stamps on its page, prints them, and tells what became of them."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from api.base_address import BaseAddress
from api.clock import now
from api.settings import Settings
from api.stamps import printing, runs
from api.web import stamp_files
from epcis_core.access.roles import Role
from epcis_core.store.registry.journal import What, journal
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.products import Product, save_product
from epcis_core.store.registry.scans import count_scans
from epcis_core.store.registry.stamp_pins import pin_key, pin_of
from epcis_core.store.registry.stamps import Run, find_run, runs_of, serials_of
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.api.stamps.reading import links_on, pictures, words
from tests.ingest.documents import document, observed

GTIN = "08936099141015"
FORM = {
    "product": f"Nho xanh · {GTIN}",
    "lot": "L/1",
    "expiry": "2026-12-31",
    "count": "3",
    "serials": "random",
    "pin": "6",
    "format": "roll-50x30",
    "language": "vi",
    "action": "order",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("stamps")) as site:
        owned = ("8936099140001", "89360991")
        add_organisation(site.books, Organisation(FARM, "Vườn nho Đồi Nắng", owned=owned), now())
        save_product(site.books, Product(FARM, GTIN, "Nho xanh", "Green grapes"), now())
        yield site


def ordered(site: Members, browser: httpx.Client, **change: str) -> Run:
    answer = browser.post("/stamps", data={**FORM, **change})
    assert answer.status_code == 303, answer.text
    found = find_run(site.books, FARM, int(answer.headers["location"].removeprefix("/stamps/")))
    assert found is not None
    return found


def test_what_is_ordered_is_printed_and_reads_back(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        page = browser.get("/stamps").text
        assert f'<option value="Green grapes · {GTIN}">' in page
        run = ordered(site, browser)
        page = browser.get(f"/stamps/{run.number}").text
        pdf = browser.get(f"/stamps/{run.number}/labels.pdf")
        table = browser.get(f"/stamps/{run.number}/links.csv").text
        dots = browser.get(f"/stamps/{run.number}/label.png").content
        lines = browser.get(f"/stamps/{run.number}/label.svg")
    serials = [*serials_of(site.books, run)]
    links = [f"{site.address}/01/{GTIN}/10/L%2F1/21/{one}?17=261231" for one in serials]
    pins = [pin_of(pin_key(site.books), GTIN, one, 6) for one in serials]
    assert [links_on(one) for one in pictures(pdf.content)] == [[one] for one in links]
    told = words(pdf.content)
    assert [f"Mã cào {pin}" in told for pin in pins] == [True] * 3
    assert pdf.headers["content-disposition"] == f'attachment; filename="stamps-{run.number}-1.pdf"'
    rows = [*csv.reader(io.StringIO(table.removeprefix("\ufeff")))]
    assert rows[0] == ["number", "link", "gtin", "lot", "serial", "expiry", "pin"]
    assert rows[1:] == [
        [str(at), link, GTIN, "L/1", serial, "2026-12-31", pin]
        for at, (link, serial, pin) in enumerate(zip(links, serials, pins, strict=True), 1)
    ]
    with Image.open(io.BytesIO(dots)) as picture:
        assert links_on(picture) == [links[0]]
    assert lines.headers["content-type"] == "image/svg+xml"
    assert f"(21){serials[0]}" in lines.text
    assert "Green grapes, lot L/1" in page
    assert "Roll, labels of 50 × 30 mm" in page
    noted = [one for one in journal(site.books) if one.what is What.STAMPS_FETCHED]
    link = f"{run.number}: https://id.gs1.org/01/{GTIN}/10/L%2F1 × 3"
    assert [one.about for one in noted[:2]] == [f"{link}: all links", f"{link}: labels 1"]


def test_a_lot_leads_whoever_makes_it_to_its_stamps(site: Members) -> None:
    lot = f"https://id.gs1.org/01/{GTIN}/10/L%2F1"
    event = {**observed(lot, eventID="urn:x:made"), "quantityList": [{"epcClass": lot}]}
    event.pop("epcList")
    body = document(event)
    link = re.compile(r'<a [^>]*href="(/stamps[^"]+)">Stamps for this lot</a>')
    found = []
    for party in (FARM, RIVAL):
        with site.browser(Role.BUSINESS, party) as browser:
            browser.post("/captures", content=body).raise_for_status()
            found.append(link.findall(browser.get("/trace", params={"id": lot}).text))
            filled = browser.get(f"/stamps?product={GTIN}&lot=L%2F1").text
            recent = re.findall(r'<a class="button quiet" href="(/stamps\?[^"]+)">', filled)
            assert recent == found[-1]
    assert found == [[f"/stamps?product={GTIN}&amp;lot=L%2F1"], []]
    assert f'value="{GTIN}"' in filled
    assert 'value="L/1"' in filled


def test_the_link_of_a_stamp_is_answered_by_this_server(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser)
    (serial, *_) = serials_of(site.books, run)
    with site.stranger() as browser:
        answer = browser.get(f"/01/{GTIN}/10/L%2F1/21/{serial}?17=261231")
    assert answer.status_code == 404  # nothing is published
    assert f'<p class="code">(01){GTIN}(10)L/1(21){serial}</p>' in answer.text


def test_unusual_scans_are_told_to_whose_stamps_they_are_and_to_the_province(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser, lot="OFTEN")
    (serial, second, _) = serials_of(site.books, run)
    thing = f"https://id.gs1.org/01/{GTIN}/21/"
    lot = f"https://id.gs1.org/01/{GTIN}/10/OFTEN"
    counts = {(thing + serial, lot): 4000, (thing + second, lot): 2}
    count_scans(site.books, "2026-09-21", counts)
    with site.browser(Role.BUSINESS) as browser:
        listed = browser.get("/stamps").text
        own = browser.get(f"/stamps/{run.number}").text
        refused = browser.get("/unusual-scans")
    with site.browser(Role.BUSINESS, RIVAL) as browser:
        others = browser.get("/stamps").text
    with site.browser(Role.PROVINCE) as browser:
        page = browser.get("/unusual-scans").text
        told = browser.get("/unusual-scans.json").json()
    for shown in (listed, own, page):
        assert "Scanned far more often than others of its run" in shown
        assert f"Green grapes, number {serial}" in shown
        assert "4,000 scans, the last on 21 Sep 2026" in shown
    assert "<dt>Scans</dt><dd>4,002</dd>" in own
    assert "Vườn nho Đồi Nắng" in page
    assert "Unusual scans" not in others
    assert refused.status_code == 403
    assert told == [
        {
            "why": "often",
            "organisation": FARM,
            "gtin": GTIN,
            "run": run.number,
            "serial": serial,
            "items": 1,
            "scans": 4000,
            "days": 1,
            "last": "2026-09-21",
        }
    ]


def test_a_lot_that_looks_like_a_formula_is_none_in_a_table(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser, lot="=1+1", count="1", pin="0", serials="none")
        table = browser.get(f"/stamps/{run.number}/links.csv").text
    row = [*csv.reader(io.StringIO(table))][1]
    link = f"{site.address}/01/{GTIN}/10/%3D1%2B1?17=261231"
    assert row == ["1", link, GTIN, "'=1+1", "", "2026-12-31", ""]


def test_links_begin_with_the_address_that_others_know_the_server_by(tmp_path: Path) -> None:
    base = BaseAddress.read("https://truy-xuat.example")
    with members(tmp_path, Settings(base=base)) as known:
        firm = Organisation(FARM, "Vườn nho Đồi Nắng", owned=("89360991",))
        add_organisation(known.books, firm, now())
        key = make_key(known.books, Role.BUSINESS, FARM, now())
        with known.stranger(Authorization=f"Bearer {key}") as browser:
            page = browser.get("/stamps").text
            run = ordered(known, browser)
    assert "Order stamps" in page
    assert "This server has no address outside yet" not in page
    assert run.base == "https://truy-xuat.example"


def test_a_large_run_comes_in_files_and_as_an_archive(
    site: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (printing, runs):
        monkeypatch.setattr(module, "IN_A_FILE", 2)
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser, count="5", serials="counted", pin="0", lot="BIG")
        page = browser.get(f"/stamps/{run.number}").text
        parts = re.findall(r'href="([^"]+labels\.pdf\?first=\d+)">([^<]+)<', page)
        second = browser.get(parts[1][0].replace("&amp;", "&")).content
        whole = browser.get(f"/stamps/{run.number}/labels.zip").content
        between = browser.get(f"/stamps/{run.number}/labels.pdf?first=2")
    assert [told for _, told in parts] == [
        f"Stamps {a} to {b} (PDF)" for a, b in ((1, 2), (3, 4), (5, 5))
    ]
    serials = [*serials_of(site.books, run)]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        files = [archive.read(name) for name in archive.namelist()]
    found = [link for pdf in files for one in pictures(pdf) for link in links_on(one)]
    assert [link.rpartition("/21/")[2] for link in found] == [f"{one}?17=261231" for one in serials]
    assert [links_on(one) for one in pictures(second)] == [[link] for link in found[2:4]]
    assert between.status_code == 404


def test_an_organisation_has_few_files_of_labels_made_at_once(
    site: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser, count="1", lot="BUSY")
        files = [f"/stamps/{run.number}/labels.{kind}" for kind in ("pdf", "zip")]
        monkeypatch.setattr(stamp_files, "OF_ONE", 0)
        for file in files:
            refused = browser.get(file)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
            assert "Your files of labels are still being made." in refused.text
        monkeypatch.setattr(stamp_files, "OF_ONE", 2)
        assert [browser.get(file).status_code for file in 2 * files] == [200] * 4
        assert browser.get(f"{files[0]}?first=2").status_code == 404
        assert [browser.get(file).status_code for file in files] == [200] * 2


def test_an_example_is_shown_before_anything_is_ordered(site: Members) -> None:
    before = runs_of(site.books, FARM)
    with site.browser(Role.BUSINESS) as browser:
        page = browser.post("/stamps", data={**FORM, "action": "preview"}).text
    assert "(21)7KD9HW3T2QNE" in page
    assert 'value="L/1"' in page
    assert runs_of(site.books, FARM) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"product": "nho"}, "That is no barcode number of a product: nho"),
        ({"product": "08936099141016"}, "That is no barcode number of a product: 08936099141016"),
        ({"product": "09506000134352"}, "This barcode number does not belong to your organisation"),
        ({"lot": "lô"}, "That cannot be a lot number: lô."),
        ({"lot": ""}, "That cannot be a lot number: ."),
        ({"count": "0"}, "A run has 1 to 100,000 stamps."),
        ({"count": "100001"}, "A run has 1 to 100,000 stamps."),
        ({"count": "9" * 5000}, "A run has 1 to 100,000 stamps."),
        ({"expiry": "mai"}, "That is no day: mai"),
        ({"format": "a5"}, "Choose labels, numbers and PIN from the lists."),
        ({"serials": "x"}, "Choose labels, numbers and PIN from the lists."),
        ({"pin": "7"}, "Choose labels, numbers and PIN from the lists."),
        ({"serials": "none"}, "A PIN belongs to stamps with numbers of their own."),
        (
            {"format": "roll-30x20", "lot": "%" * 20},
            "These labels are too small: a phone could not read the code. What fits: A4 sheet, 24",
        ),
    ],
)
def test_what_cannot_be_ordered_is_said_and_what_was_typed_stays(
    site: Members, change: dict[str, str], told: str
) -> None:
    before = runs_of(site.books, FARM)
    with site.browser(Role.BUSINESS) as browser:
        answer = browser.post("/stamps", data={**FORM, **change})
    assert (answer.status_code, told in answer.text) == (422, True), answer.text
    assert 'value="2026-12-31"' in answer.text or "expiry" in change
    assert runs_of(site.books, FARM) == before


def test_a_run_is_of_whoever_ordered_it_alone(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser)
    with site.browser(Role.BUSINESS, RIVAL) as browser:
        assert "Nho xanh" not in browser.get("/stamps").text
        for file in ("", "/label.svg", "/label.png", "/labels.pdf", "/labels.zip", "/links.csv"):
            theirs = browser.get(f"/stamps/{run.number}{file}")
            none = browser.get(f"/stamps/{run.number + 999}{file}")
            assert (theirs.status_code, none.status_code) == (404, 404)
            numbered = theirs.text.replace(f"/{run.number}", "/…")
            assert numbered == none.text.replace(f"/{run.number + 999}", "/…")
        assert browser.post(f"/stamps/{run.number}", data={"action": "void"}).status_code == 404
    assert find_run(site.books, FARM, run.number) == run


def test_labels_are_counted_and_declared_void(site: Members) -> None:
    counts = {"action": "count", "printed": "3", "spoiled": "1", "used": "1"}
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser)
        here = f"/stamps/{run.number}"
        assert browser.post(here, data=counts).status_code == 303
        page = browser.get(here).text
        assert re.findall(r'name="(\w+)" required type="number" [^>]* value="(\d+)"', page) == [
            ("printed", "3"),
            ("spoiled", "1"),
            ("used", "1"),
        ]
        wrong = browser.post(here, data={**counts, "used": "3"})
        assert (wrong.status_code, "No more than 3 are printed" in wrong.text) == (422, True)
        assert browser.post(here, data={"action": "void"}).status_code == 303
        assert "This run was declared void on" in browser.get(here).text
        late = browser.post(here, data=counts)
        assert (late.status_code, "This run was declared void." in late.text) == (422, True)
        assert browser.post(here, data={"action": "x"}).status_code == 400
    lines = [one.about for one in journal(site.books) if one.about.startswith(f"{run.number}: ")]
    lot = f"{run.number}: https://id.gs1.org/01/{GTIN}/10/L%2F1 × 3"
    assert lines == [lot, f"{lot}: printed 3, spoiled 1, used 1", lot]


def test_a_pin_is_checked_by_anybody_who_does_not_guess(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        run = ordered(site, browser, lot="PIN")
        bare = ordered(site, browser, lot="BARE", pin="0")
    serial, other, _ = serials_of(site.books, run)
    pin = pin_of(pin_key(site.books), GTIN, serial, 6)
    link = f"{site.address}/01/{GTIN}/10/PIN/21/{serial}?17=261231"

    def told(browser: httpx.Client, item: str, pin: str) -> tuple[int, str]:
        answer = browser.post("/check-stamp", data={"item": item, "pin": pin})
        found = re.search(r'role="(?:alert|status)">([^<]+)<', answer.text)
        assert found is not None
        return answer.status_code, found[1]

    wrong = "That is not the PIN. Look at each digit again."
    with site.stranger() as browser:
        assert f'value="{link}"' in browser.get("/check-stamp", params={"item": link}).text
        assert told(browser, link, f" {pin[:3]} {pin[3:]}") == (
            200,
            "The PIN is right, and nobody has typed it before.",
        )
        again = told(browser, link, pin)
        assert again[1].startswith("The PIN is right, but it was first typed at ")
        for item in (other, "NONE", next(serials_of(site.books, bare))):
            assert told(browser, f"(01){GTIN}(21){item}", "12345x") == (422, wrong)
        relabelled = f"(01){GTIN}(10)LATER(21){other}"
        right = pin_of(pin_key(site.books), GTIN, other, 6)
        assert told(browser, relabelled, right) == (422, wrong)
        lot = f"(01){GTIN}(10)PIN"
        assert told(browser, lot, pin)[1].startswith("This link has no number of a single item.")
        for _ in range(8):
            assert told(browser, link, "12345x") == (422, wrong)
        assert told(browser, link, pin) == (
            429,
            "There were too many wrong tries. Try again in 15 minutes.",
        )
    with site.browser(Role.BUSINESS) as browser:
        browser.post(f"/stamps/{run.number}", data={"action": "void"})
    with site.stranger() as browser:
        assert told(browser, f"(01){GTIN}(21){other}", right)[1].startswith(
            "The PIN is right, but whoever made this stamp has declared it void."
        )
