"""The pages of products, places and partners: kept by their own organisation, read by no other."""

import io
import re
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from api.clock import now
from epcis_core.access.roles import RIGHTS, Right, Role
from epcis_core.store.registry.journal import journal
from epcis_core.store.registry.partners import Partner, partners_of, save_partner
from epcis_core.store.registry.places import places_of
from epcis_core.store.registry.products import Product, product_of, products_of, save_product
from ingest.registry.lines import KEYS
from ingest.sheets.templates import templates
from tests.api.access.members import FARM, RIVAL, Members, email_of, members
from tests.ingest.sheets.sheet_files import GOOD, csv_file, headings

GRAPES = {"action": "save", "code": "8936099141015", "name_vi": "Nho đỏ", "sector": "dried"}
GTIN = "08936099141015"
CLASSES = "urn:epcglobal:epcis:vtype:EPCClass"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("lists")) as made:
        yield made


@pytest.fixture
def site(served: Members) -> Members:
    """The server, with empty lists."""
    with served.books.transaction() as connection:
        for table in ("product_image", "product", "place", "partner"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of tables
    return served


def noted(site: Members, since: int) -> list[tuple[str, str, str]]:
    lines = [(one.who, str(one.what), one.about) for one in reversed(journal(site.books))]
    return lines[since:]


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    file = io.BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, (120, 10, 40, 90)[: len(mode)]).save(file, kind, **more)
    return file.getvalue()


def problems(answer: httpx.Response) -> list[str]:
    return re.findall(r'<p class="problem">([^<]+)</p>', answer.text)


def test_a_product_is_added_with_its_photo_changed_and_retired(site: Members) -> None:
    since = len(journal(site.books))
    with site.browser(Role.BUSINESS) as browser:
        added = browser.post("/products", data=GRAPES, files={"image": ("a.jpg", picture())})
        assert (added.status_code, added.headers["location"]) == (303, "/products?saved=1")
        (one,) = products_of(site.books, FARM)
        assert (one.code, one.sector, one.image_type) == (GTIN, "dried", "image/jpeg")
        page = browser.get("/products?saved=1").text
        assert '<p class="good" role="status">Saved: 1 line.</p>' in page
        assert "Dried fruit and vegetables" in page
        assert f'src="/products/{one.number}/image"' in page
        photo = browser.get(f"/products/{one.number}/image")
        assert photo.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(photo.content)).size == (40, 30)

        form = browser.get(f"/products/{one.number}").text
        assert 'value="8936099141015"' in form
        changed = GRAPES | {"number": str(one.number), "name_vi": "Nho tím", "ocop_stars": "5"}
        assert browser.post("/products", data=changed).status_code == 303
        told = browser.get("/products.json").json()
        assert [(one["name_vi"], one["ocop_stars"], one["gtin"]) for one in told] == [
            ("Nho tím", 5, GTIN)
        ]
        assert told[0]["image"] == f"/products/{one.number}/image"
        assert (
            told[0]
            == browser.get(f"/products/{one.number}", headers={"Accept": "application/json"}).json()
        )
        asked = {"vocabularyName": CLASSES, "includeAttributes": "true", "includeChildren": "false"}
        known = browser.get("/epcis/masterData", params=asked, headers={"Accept": "*/*"}).text
        assert "Nho tím" in known

        away = changed | {"remove_image": "true"}
        assert browser.post("/products", data=away).status_code == 303
        assert browser.get(f"/products/{one.number}/image").status_code == 404
        retire = {"action": "retire", "number": str(one.number)}
        assert browser.post("/products", data=retire).status_code == 303
        assert "Used no more (1)" in browser.get("/products").text
        assert "This is used no more." in browser.get(f"/products/{one.number}").text
        for sent in (retire, changed):
            again = browser.post("/products", data=sent)
            assert (again.status_code, "There is no such line in the list" in again.text) == (
                404,
                True,
            )
    who, about = email_of(Role.BUSINESS), f"{FARM}, Products (1) 8936099141015"
    assert noted(site, since) == [
        (who, "list_added", about),
        (who, "list_changed", about),
        (who, "list_changed", about),
        (who, "list_retired", about),
    ]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(site: Members) -> None:
    wrong = GRAPES | {"code": "8936099141016", "name_vi": "", "brand": "Đồi <b>"}
    with site.browser(Role.BUSINESS) as browser:
        for language, expected in (
            (
                "en",
                [
                    "Check digit of (01)08936099141016 is wrong: expected 5, got 6.",
                    "&#39;Name in Vietnamese&#39; is empty; fill it in.",
                ],
            ),
            (
                "vi",
                [
                    "Số kiểm tra của (01)08936099141016 sai: cần 5, nhưng gặp 6.",
                    "&#39;Tên sản phẩm&#39; còn trống; hãy điền vào.",
                ],
            ),
        ):
            answer = browser.post("/products", params={"lang": language}, data=wrong)
            assert (answer.status_code, problems(answer)) == (422, expected)
            assert 'value="Đồi &lt;b&gt;"' in answer.text
        as_json = browser.post("/products", data=wrong, headers={"Accept": "application/json"})
        assert as_json.status_code == 422
        assert [one["where"] for one in as_json.json()["findings"]] == [
            {"pointer": "/code"},
            {"pointer": "/name_vi"},
        ]
    assert products_of(site.books, FARM) == []


def test_what_another_has_is_told_without_who(site: Members) -> None:
    save_product(site.books, Product(RIVAL, "09506000134352", "Táo"), now())
    with site.browser(Role.BUSINESS) as browser:
        answer = browser.post("/products", data=GRAPES | {"code": "9506000134352"})
    told = (
        "09506000134352 belongs to another organisation in this ledger. Check the digits; "
        "if the code is yours, ask the province."
    )
    assert problems(answer) == [told]
    assert "Vườn táo Gió" not in answer.text


def test_places_and_partners_are_kept_likewise(site: Members) -> None:
    with site.browser(Role.BUSINESS) as browser:
        place = {"action": "save", "name": "Bãi muối", "point": "11.4012, 108.9977"}
        done = browser.post("/places", data=place, headers={"Accept": "application/json"})
        assert (done.status_code, done.json()) == (200, {"saved": 1})
        (told,) = browser.get("/places.json").json()
        assert (told["code"], told["lat"], told["gln"]) == ("geo:11.4012,108.9977", 11.4012, None)
        partner = {"action": "save", "code": "9506000134307", "name": "Gió", "phone": "0259 000"}
        since = len(journal(site.books))
        assert browser.post("/partners", data=partner).status_code == 303
        assert 'href="tel:0259000"' in browser.get("/partners").text
        # Whom somebody deals with is not told to those who read the journal.
        assert [about for *_, about in noted(site, since)] == [f"{FARM}, Partners (1)"]
        number = partners_of(site.books, FARM)[0].number
        retire = {"action": "retire", "number": str(number)}
        assert browser.post("/partners", data=retire).status_code == 303


def test_goods_without_gtin_go_by_their_name_on_pages(site: Members) -> None:
    syrup = {"action": "save", "code": "MAT-NHO", "name_vi": "Mật nho"}
    values = GOOD | {"place": "8936099140001", "product": "8936099140001:MAT-NHO", "lot": "M/1"}
    row = [str(values.get(one.key, "")) for one in templates()["harvest"].columns]
    row[0] = "10/03/2026"
    data = csv_file([headings(), row]).encode()
    with site.browser(Role.BUSINESS) as browser:
        assert browser.post("/products", data=syrup).status_code == 303
        (report,) = browser.post("/upload.json", files={"files": ("a.csv", data)}).json()
        event = {"id": report["events"][0]["event_id"]}
        assert "Mật nho, lot M/1" in browser.get("/event", params=event).text
    with site.browser(Role.ADMIN) as browser:
        odd = {"id": "tag:epcis-ledger.org,2026:goods:x"}
        assert browser.get("/trace", params=odd).status_code == 404


def test_a_list_goes_out_as_a_spreadsheet_and_comes_back(site: Members) -> None:
    with site.browser(Role.BUSINESS, language="vi") as browser:
        assert browser.post("/products", data=GRAPES).status_code == 303
        sheet = browser.get("/products.csv")
        assert sheet.headers["content-disposition"] == 'attachment; filename="products.csv"'
        text = sheet.text.replace("Nho đỏ", "Nho tím") + "8936099141022;Nho xanh\r\n"
        sent = {"action": "sheet"}
        done = browser.post("/products", data=sent, files={"sheet": ("a.csv", text)})
        assert done.headers["location"] == "/products?saved=2"
        assert [one.name_vi for one in products_of(site.books, FARM)] == ["Nho tím", "Nho xanh"]

        wrong = text.replace("Nho tím", "Nho đen") + "8936099141038;Nho\r\n"
        answer = browser.post("/products", data=sent, files={"sheet": ("a.csv", wrong)})
        assert answer.status_code == 422
        assert "Chưa lưu gì: có 1 chỗ cần sửa." in answer.text
        assert "<strong>CSV A4</strong>" in answer.text
        save_product(site.books, Product(RIVAL, "09506000134352", "Táo"), now())
        theirs = text + "9506000134352;Táo\r\n"
        assert [one.name_vi for one in products_of(site.books, FARM)] == ["Nho tím", "Nho xanh"]
        as_json = browser.post(
            "/products",
            data=sent,
            files={"sheet": ("a.csv", theirs)},
            headers={"Accept": "application/json"},
        )
        assert [one["where"]["cell"] for one in as_json.json()["findings"]] == ["A4"]
        none = browser.post("/products", data=sent)
        assert (none.status_code, "Bạn chưa chọn tệp nào." in none.text) == (422, True)
        book = browser.get("/products.xlsx")
        assert book.content.startswith(b"PK")


def test_signs_for_machines_are_blanks_and_the_list_comes_back(site: Members) -> None:
    partner = {"action": "save", "code": "9506000134307", "name": "=A\x00B\x1b\tC"}
    asked = {"Accept": "application/json"}
    with site.browser(Role.BUSINESS) as browser:
        assert browser.post("/partners", data=partner, headers=asked).json() == {"saved": 1}
        for ending in ("csv", "xlsx"):
            data = browser.get(f"/partners.{ending}").content
            sent = {"sheet": (f"p.{ending}", data)}
            again = browser.post("/partners", data={"action": "sheet"}, files=sent, headers=asked)
            assert again.json() == {"saved": 1}
        assert [one.name for one in partners_of(site.books, FARM)] == ["=A B C"]


@pytest.mark.parametrize("key", KEYS)
def test_nobody_else_reads_or_changes_a_list(site: Members, key: str) -> None:
    mine = save_product(site.books, Product(FARM, GTIN, "Nho bí mật"), now())
    save_partner(site.books, Partner(FARM, "9506000134307", "Gió"), now())
    answers = []
    with site.browser(Role.BUSINESS, RIVAL) as browser:
        for path in (f"/{key}", f"/{key}.json", f"/{key}.csv", f"/{key}/new"):
            # Whom it names has no say: a business keeps its own list.
            answer = browser.get(path, params={"organisation": FARM})
            assert answer.status_code == 200
            assert "Nho bí mật" not in answer.text
            assert "Gió</a>" not in answer.text
        for number in (mine.number, 10**6, 10**30, -1, -(10**30)):
            answers.append(browser.get(f"/{key}/{number}"))
            form = {"action": "retire", "number": str(number)}
            answers.append(browser.post(f"/{key}", data=form))
            form = GRAPES | {"number": str(number)}
            answers.append(browser.post(f"/{key}", data=form))
        answers.append(browser.get(f"/products/{mine.number}/image"))
    assert {one.status_code for one in answers} == {404}
    assert len({re.sub(r'href="[^"]*"', "", one.text) for one in answers}) == 1
    assert product_of(site.books, GTIN) == mine
    for role in Role:
        with site.browser(role) as browser:
            status = browser.get(f"/{key}.json", params={"organisation": FARM}).status_code
            own = role is Role.BUSINESS
            may = Right.KEEP in RIGHTS[role] and (own or key != "partners")
            assert (role, status) == (role, 200 if may else 403)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVINCE])
def test_who_belongs_to_none_names_the_organisation(site: Members, role: Role) -> None:
    with site.browser(role) as browser:
        form = {"action": "save", "code": "9506000134307", "name": "Gió"}
        told = browser.post("/partners", params={"organisation": FARM}, data=form)
        assert told.status_code == 403
        assert "Whom an organisation deals with it knows alone" in told.text
        page = browser.get("/products").text
        assert "Vườn nho Đồi Nắng</option>" in page
        assert 'href="/partners' not in page
        assert browser.get("/products.json").status_code == 422
        asked = {"organisation": FARM}
        done = browser.post("/products", params=asked, data=GRAPES)
        assert done.headers["location"].startswith("/products?saved=1&organisation=https%3A%2F%2F")
        assert "Nho đỏ" in browser.get(done.headers["location"]).text
        assert browser.get("/products/new", params={"organisation": "urn:x:no"}).status_code == 404
        assert browser.post("/products", data=GRAPES).status_code == 422
        assert browser.post("/products", params=asked, data={"action": "x"}).status_code == 400
    assert [one.code for one in products_of(site.books, FARM)] == [GTIN]
    assert places_of(site.books, FARM) == []


def test_a_photo_is_made_small_upright_and_forgets_where_it_was_taken(site: Members) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {1: "N", 2: (11.0, 32.0, 10.0)}  # GPS
    exif[0x010F] = "Camera of Lan"
    noise = Image.effect_noise((2400, 1800), 90).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=95, exif=exif)
    assert b"Camera of Lan" in file.getvalue()
    with site.browser(Role.BUSINESS) as browser:
        browser.post("/products", data=GRAPES, files={"image": ("a.jpg", file.getvalue())})
        found = product_of(site.books, GTIN)
        assert found is not None
        assert found.image is not None
        assert len(found.image) <= 300_000
        assert b"Camera" not in found.image
        kept = Image.open(io.BytesIO(found.image))
        assert kept.height > kept.width
        assert dict(kept.getexif()) == {}

        clear = {"image": ("a.png", picture("PNG"))}
        change = GRAPES | {"number": str(found.number)}
        assert browser.post("/products", data=change, files=clear).status_code == 303
        told = product_of(site.books, GTIN)
        assert told is not None
        assert told.image_type == "image/webp"

        for bad in (b"GIF89a", picture()[:200], b"", picture("PNG", (9000, 7000))):
            answer = browser.post("/products", data=change, files={"image": ("a.jpg", bad)})
            assert answer.status_code == 422
            assert "This photo cannot be read: expected JPEG, PNG or WebP of" in answer.text
