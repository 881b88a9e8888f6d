"""What everybody is shown of a lot, and what nobody is."""

import io
import json
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from PIL import Image

from api.resolver import scans
from api.web.public_content import Stage
from epcis_core.store.registry import publications
from epcis_core.store.registry.certificates import (
    Certificate,
    add_certificate,
    withdraw_certificate,
)
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.products import Product, products_of, save_product, set_image
from epcis_core.store.registry.publications import let_be_named, versions_of
from epcis_core.store.registry.publications import publish as store
from epcis_core.store.registry.scans import count_scans, scans_of
from tests.api.resolver.published import FARM, GTIN, PAGE, PRODUCT, RIVAL, Site, site_in
from tests.ingest.documents import NOW, captured, document, made, observed
from tests.served import client_of

FIELD, HOUSE, SHOP = (
    "https://id.gs1.org/414/9506000911014",
    "https://id.gs1.org/414/9506000911021",
    "https://id.gs1.org/414/8936099140018",
)
HARVEST = "https://id.gs1.org/01/09506000134369/10/H1"
LOT = f"{PRODUCT}/10/L1"
PATH = f"/01/{GTIN}/10/L1"
SECRETS = ("175.5", "+84 259", "PO-77", "8936099140001", "89000", "urn:x:", "Người mua Mật")


def described(uri: str, **attributes: str) -> dict[str, Any]:
    return {
        "id": uri,
        "attributes": [
            {"id": f"urn:epcglobal:cbv:mda:{name}", "attribute": value}
            for name, value in attributes.items()
        ],
    }


PHONE = {"id": "https://ns.example.vn/traceability/phone", "attribute": "+84 259 000 1303"}
ELEMENTS = [
    described(
        FIELD, name="Lô nho 1", city="Xã Ninh Phước", latitude="11.52345", longitude="108.91234"
    ),
    described(HOUSE, name="Nhà đóng gói", city="Xã Ninh Phước"),
    described(SHOP, name="Người mua Mật", city="Phường Phan Rang"),
]
PARTY = {**described(FARM, name="Vườn Cát", streetAddressOne="Thôn Cát", city="Xã Ninh Phước")}
PARTY = {**PARTY, "attributes": [*PARTY["attributes"], PHONE]}
HARVESTED = observed(
    eventID="urn:x:harvest",
    action="ADD",
    eventTime="2026-03-10T06:00:00+07:00",
    bizStep="commissioning",
    readPoint={"id": FIELD},
    quantityList=[{"epcClass": HARVEST, "quantity": 175.5, "uom": "KGM"}],
    ilmd={
        "cbvmda:harvestStartDate": "2026-03-10",
        "cbvmda:countryOfOrigin": "VN",
        "ex:pricePerKilogram": "89000",
    },
)
HARVESTED.pop("epcList")
PACKED = {
    **made([HARVEST], [LOT], eventID="urn:x:packed", eventTime="2026-03-11T09:00:00+07:00"),
    "bizStep": "packing",
    "readPoint": {"id": HOUSE},
    "ilmd": {"cbvmda:productionDate": "2026-03-11", "cbvmda:bestBeforeDate": "2026-03-25"},
}
RECEIVED = observed(
    eventID="urn:x:received",
    eventTime="2026-03-12T09:00:00+07:00",
    bizStep="receiving",
    readPoint={"id": SHOP},
    quantityList=[{"epcClass": LOT, "quantity": 30}],
    bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:PO-77"}],
    sourceList=[{"type": "owning_party", "source": FARM}],
    destinationList=[{"type": "owning_party", "destination": RIVAL}],
)
RECEIVED.pop("epcList")
BOX = "https://id.gs1.org/01/08936099141015/10/B1"
BOXED = {
    **made([LOT], [BOX], eventID="urn:x:boxed", eventTime="2026-03-13T09:00:00+07:00"),
    "bizStep": "repackaging",
    "readPoint": {"id": SHOP},
}
DECLARED = {
    **PACKED,
    "errorDeclaration": {
        "declarationTime": "2026-03-13T00:00:00+07:00",
        "reason": "did_not_occur",
    },
}


def of_farm() -> bytes:
    text = json.loads(document(HARVESTED, PACKED, elements=ELEMENTS))
    text["epcisHeader"]["epcisMasterData"]["vocabularyList"].append(
        {"type": "urn:epcglobal:epcis:vtype:Party", "vocabularyElementList": [PARTY]}
    )
    return json.dumps(text, ensure_ascii=False).encode()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_in(tmp_path) as found:
        save_product(found.books, Product(FARM, GTIN, "Nho đỏ", "Red grapes", "Cát Gold"), NOW)
        add_organisation(found.books, Organisation(RIVAL, "Người mua Mật", owned=("8936099",)), NOW)
        for sender, content in ((FARM, of_farm()), (RIVAL, document(RECEIVED))):
            report = captured(found.ledger, content, organisation=sender)
            assert report.status == "accepted", report
        yield found


def publish(site: Site, thing: str = LOT, who: str = FARM, **more: str) -> str:
    """Publish something by the form, and return what is told of it where it is refused."""
    chosen = more or {"stages": "on", "certificates": "on"}
    answer = site.post("/publications?lang=en", who, action="publish", thing=thing, **chosen)
    if answer.status_code == 303:
        return ""
    found = re.search(r'role="alert">([^<]*)<', answer.text)
    assert found is not None, answer.text
    return found[1]


def site_client(site: Site) -> httpx.Client:
    return client_of(site.address)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_page_has_what_the_law_names(site: Site) -> None:
    assert publish(site) == ""
    page = site.get(PATH, Accept="text/html")
    shown = words(page.text)
    for told in (
        "Nho đỏ",  # a: name
        "Cơ sở sản xuất, kinh doanh Vườn Cát",  # c: who makes it
        "Địa chỉ Thôn Cát, Xã Ninh Phước",  # d: address
        "Xuất xứ Lô nho 1, Xã Ninh Phước, Việt Nam",  # đ: origin
        "Nhãn hiệu Cát Gold",  # g: brand
        "Số lô L1",  # g: lot
        "Hạn sử dụng 25/03/2026",  # h: expiry
        "Ngày sản xuất 11/03/2026",
        "10/03/2026 Thu hoạch Vườn Cát Lô nho 1, Xã Ninh Phước",
        "11/03/2026 Đóng gói Vườn Cát Nhà đóng gói, Xã Ninh Phước",
        "Bản số 1, từ",
        "Dữ liệu truy xuất được lưu ít nhất đến",
        "trang không chứng minh rằng điều cơ sở ghi là đúng sự thật. Điểm kiểm chứng của sổ",
    ):
        assert told in shown, shown
    assert re.search(r"Thu hoạch \d+ ngày trước", shown)
    assert 'class="here" cx="91.3" cy="238.3"' in page.text  # 11.52, 108.91: a hundredth alone


def test_the_page_has_no_amounts_prices_telephones_papers_or_partners(site: Site) -> None:
    publish(site)
    for language in ("vi", "en"):
        page = site.get(f"{PATH}?lang={language}")
        assert [one for one in SECRETS if one in page.text] == []
    content = versions_of(site.books, LOT)[0].content
    assert [one for one in SECRETS if one in content] == []


def test_a_partner_is_named_once_it_agreed_and_the_version_before_stays(site: Site) -> None:
    publish(site)
    assert site.post("/publications", RIVAL, action="name", named="on").status_code == 303
    publish(site)
    latest, first = site.get(PATH), site.get(f"{PATH}?version=1")
    assert "Nhận hàng Người mua Mật" in words(latest.text)
    assert "Người mua Mật" not in first.text
    assert "Bạn đang xem bản cũ, bản số 1." in words(first.text)
    site.post("/publications", RIVAL, action="name")
    publish(site)
    assert "Người mua Mật" not in site.get(PATH).text
    assert [one.version for one in versions_of(site.books, LOT)] == [3, 2, 1]


def test_a_place_of_a_partner_that_did_not_agree_is_not_named(site: Site) -> None:
    taken = {
        **RECEIVED,
        "eventID": "urn:x:taken",
        "destinationList": [{"type": "owning_party", "destination": FARM}],
    }
    taken.pop("sourceList")
    assert captured(site.ledger, document(taken), organisation=FARM).status == "accepted"
    publish(site)
    assert "12/03/2026 Nhận hàng Vườn Cát Các bản đã công bố" in words(site.get(PATH).text)
    site.post("/publications", RIVAL, action="name", named="on")
    publish(site)
    shown = words(site.get(PATH).text)
    assert "12/03/2026 Nhận hàng Vườn Cát Người mua Mật, Phường Phan Rang" in shown
    # Nor is that of somebody who does not take part, whose it is by master data alone.
    other = "https://id.gs1.org/414/4012345000023"
    owner = {"id": "urn:epcglobal:cbv:mda#possessing_party", "attribute": "4012345000009"}
    told = described(other, name="Kho Người Lạ")
    told["attributes"].append(owner)
    elsewhere = {**taken, "eventID": "urn:x:elsewhere", "readPoint": {"id": other}}
    elsewhere["eventTime"] = "2026-03-12T08:00:00+07:00"
    sent = document(elsewhere, elements=[told])
    assert captured(site.ledger, sent, organisation=FARM).status == "accepted"
    publish(site)
    shown = words(site.get(PATH).text)
    assert "12/03/2026 Nhận hàng Vườn Cát 12/03/2026 Nhận hàng Người mua Mật" in shown


def test_the_journey_and_certificates_are_shown_where_the_owner_wants_it(site: Site) -> None:
    day = date(2020, 1, 1)
    held = Certificate(FARM, "VietGAP", "VG-1", "Trung tâm Sao", day, date(2090, 1, 1))
    one = add_certificate(site.books, held, NOW)
    add_certificate(site.books, Certificate(FARM, "HACCP", "HC-9", "B", day, date(2021, 1, 1)), NOW)
    publish(site)
    shown = words(site.get(PATH).text)
    assert "VietGAP VG-1 Trung tâm Sao Có hiệu lực từ 01/01/2020 đến 01/01/2090" in shown
    assert "HC-9" not in shown
    withdraw_certificate(site.books, one.id, NOW)
    assert "VietGAP VG-1 đã bị thu hồi" in words(site.get(PATH).text)
    assert publish(site, stages="") == ""
    assert "VietGAP" not in site.get(PATH).text
    publish(site, certificates="")
    assert "Thu hoạch Vườn Cát" not in words(site.get(PATH).text)


def test_what_is_not_published_is_answered_alike_whether_it_is_known_or_not(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with site_in(tmp_path_factory.mktemp("empty")) as empty:
        for path in (PATH, f"{PATH}?lang=en", f"{PATH}?linkType=linkset", f"/01/{GTIN}"):
            for accept in ("text/html", "application/json", "application/linkset+json"):
                one, other = (found.get(path, Accept=accept) for found in (site, empty))
                told = other.content.replace(empty.address.encode(), site.address.encode())
                assert (one.status_code, one.content) == (404, told)
                own = {"date", "x-request-id"}
                assert {k: v for k, v in one.headers.items() if k not in own} == {
                    k: v for k, v in other.headers.items() if k not in own
                } or accept != "text/html"
    assert "Chưa có thông tin công khai" in site.get(PATH).text


def test_the_page_stays_as_it_was_whatever_becomes_of_the_events(site: Site) -> None:
    publish(site)
    before = site.get(PATH)
    assert captured(site.ledger, document(DECLARED), organisation=FARM).status == "accepted"
    assert site.get(PATH).content == before.content


def test_a_lot_that_is_published_brings_what_its_maker_published_of_its_origin(site: Site) -> None:
    save_product(site.books, Product(RIVAL, "08936099141015", "Hộp nho"), NOW)
    assert captured(site.ledger, document(BOXED), organisation=RIVAL).status == "accepted"
    publish(site, BOX, RIVAL)
    path = "/01/08936099141015/10/B1"
    assert "Vườn Cát" not in site.get(path).text
    publish(site)
    publish(site, BOX, RIVAL)
    shown = words(site.get(path).text)
    assert "Thu hoạch Vườn Cát Lô nho 1, Xã Ninh Phước" in shown
    assert "Xuất xứ Lô nho 1, Xã Ninh Phước, Việt Nam" in shown
    assert site.get(PATH).text.count("Nhận hàng") == 0


def test_who_agrees_no_more_is_not_named_by_what_others_published_before(site: Site) -> None:
    carrier = "https://id.gs1.org/417/4012345000009"
    add_organisation(site.books, Organisation(carrier, "Nhà xe Gió"), NOW)
    let_be_named(site.books, carrier, named=True, now=NOW)
    save_product(site.books, Product(RIVAL, "08936099141015", "Hộp nho"), NOW)
    assert captured(site.ledger, document(BOXED), organisation=RIVAL).status == "accepted"
    carried = Stage(
        what="received", party="Nhà xe Gió", place="", day="2026-03-12", until="2026-03-12"
    )
    content = PAGE.model_copy(update={"stages": (*PAGE.stages, carried)})
    store(site.books, LOT, FARM, content.model_dump_json(), NOW)
    publish(site, BOX, RIVAL)
    assert "Nhận hàng Nhà xe Gió" in words(site.get("/01/08936099141015/10/B1").text)
    let_be_named(site.books, carrier, named=False, now=NOW)
    publish(site, BOX, RIVAL)
    shown = words(site.get("/01/08936099141015/10/B1").text)
    assert ("Nhà xe Gió" in shown, "Thu hoạch Vườn Cát" in shown) == (False, True)


def test_who_may_not_publish_something_is_told_why(site: Site) -> None:
    not_own = (
        "This code is not yours: it must begin with your prefix, or stand in your list of products."
    )
    nothing = (
        "There is nothing to publish: the ledger has no records of yours about this lot, or the "
        "product has no name."
    )
    for thing, who, told in (
        (LOT, RIVAL, not_own),
        (f"{PRODUCT}/10/NONE", RIVAL, not_own),
        (f"{PRODUCT}/10/NONE", FARM, nothing),
        ("https://id.gs1.org/01/09506000134376", FARM, nothing),
        (FIELD, FARM, f"This is no lot or product with a GTIN: {FIELD}"),
        ("xyz", FARM, "This is no lot or product with a GTIN: xyz"),
    ):
        assert publish(site, thing, who) == told
        assert versions_of(site.books, thing) == []


def test_a_recall_is_declared_by_owner_or_province_and_lifted_by_whoever_declared_it(
    site: Site,
) -> None:
    publish(site)
    asked = {"action": "recall", "thing": LOT, "words": "Hãy mang trả lại."}
    assert "not yours" in site.post("/publications?lang=en", RIVAL, **asked).text
    assert site.post("/publications?lang=en", FARM, **{**asked, "words": " "}).status_code == 422
    for who in (FARM, "province"):
        assert site.post("/publications", who, **asked).status_code == 303
    shown = words(site.get(PATH).text)
    assert shown.count("Sản phẩm này đang bị thu hồi Hãy mang trả lại.") == 2
    assert "Cơ quan quản lý thông báo thu hồi từ" in shown
    assert "Cơ sở thông báo thu hồi từ" in shown
    assert site.post("/publications", FARM, action="lift", notice="2").status_code == 404
    for number in ("1", "2"):
        assert (
            site.post("/publications", "province", action="lift", notice=number).status_code == 303
        )
    assert "thu hồi" not in words(site.get(PATH).text)


def test_a_recall_of_what_is_not_published_is_told_alone(site: Site) -> None:
    asked = {"action": "recall", "thing": f"{PRODUCT}/10/NONE", "words": "Đừng ăn."}
    assert site.post("/publications", "province", **asked).status_code == 303
    page = site.get(f"/01/{GTIN}/10/NONE")
    assert (page.status_code, "Đừng ăn." in page.text) == (200, True)
    assert "Chưa có thông tin công khai" in page.text


def test_the_page_is_named_by_its_content_and_keeps_no_cookie(site: Site) -> None:
    publish(site)
    first = site.get(f"{PATH}?lang=en")
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["vary"] == "Accept, Accept-Language"
    assert first.headers["content-language"] == "en"
    assert "set-cookie" not in first.headers
    again = site.get(f"{PATH}?lang=en", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    other = site.get(PATH, If_None_Match=first.headers["etag"])
    assert (other.status_code, other.headers["content-language"]) == (200, "vi")
    # Who looks changes nothing: a log-in is not known here.
    key = f"Bearer {site.keys[FARM]}"
    assert site.get(f"{PATH}?lang=en", Authorization=key).content == first.content


def test_a_photo_goes_with_the_version_in_the_size_of_the_page(site: Site) -> None:
    thing = "https://id.gs1.org/01/09506000134369"
    product = save_product(site.books, Product(FARM, "09506000134369", "Nho xô"), NOW)
    file = io.BytesIO()
    dots = random.Random(1).randbytes(800 * 800 * 3)  # noqa: S311 - nothing secret
    Image.frombytes("RGB", (800, 800), dots).save(file, "JPEG", quality=30)
    assert 60_000 < len(file.getvalue()) < 300_000
    set_image(site.books, FARM, product.number, file.getvalue(), "image/jpeg")
    publish(site, thing)
    page = site.get("/01/09506000134369").text
    address = re.search(r'class="photo" src="([^"]+)" alt="Ảnh sản phẩm: Nho xô"', page)
    assert address is not None
    photo = site.get(address[1])
    assert photo.headers["content-type"] == "image/jpeg"
    assert "immutable" in photo.headers["cache-control"]
    assert len(photo.content) <= 60_000
    assert Image.open(io.BytesIO(photo.content)).width >= 240
    set_image(site.books, FARM, product.number, None, "")
    publish(site, thing)
    assert "photo" not in site.get("/01/09506000134369").text
    assert address[1] in site.get("/01/09506000134369?version=1").text
    assert site.get(address[1]).content == photo.content
    assert site.get("/public-images/nothing").status_code == 404


def test_a_page_of_many_versions_lists_some_and_leads_to_those_before(site: Site) -> None:
    for number in range(1, 46):
        content = PAGE.model_copy(update={"brand": f"Nhãn {number}"})
        store(site.books, LOT, FARM, content.model_dump_json(), NOW)
    for asked, first, last, earlier in (("", 45, 26, 25), ("&version=25", 25, 6, 5)):
        page = site.get(f"{PATH}?lang=en{asked}").text
        listed = [int(one) for one in re.findall(r">Version (\d+), since", page)]
        assert listed == [*range(first, last - 1, -1)]
        assert f'href="{PATH}?version={earlier}&amp;lang=en">Earlier versions</a>' in page
        assert f"Nhãn {first}" in page
        assert (f'{PATH}?version=45&amp;lang=en">See the latest one' in page) == (first != 45)
    page = site.get(f"{PATH}?lang=en&version=5").text
    assert (page.count(">Version "), "Earlier versions" in page) == (5, False)
    assert site.get(f"{PATH}?version=46").status_code == 404


def test_what_is_too_much_for_a_page_or_a_day_is_told_and_its_photo_is_not_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = next(iter(products_of(site.books, FARM)))
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    set_image(site.books, FARM, product.number, file.getvalue(), "image/png")
    monkeypatch.setattr(publications, "LONGEST", 100)
    assert publish(site) == (
        "That is too long for a page. Choose fewer certificates for the product, or leave them out."
    )
    monkeypatch.setattr(publications, "LONGEST", 10_000)
    monkeypatch.setattr(publications, "MOST_A_DAY", 0)
    assert publish(site) == "You have published as much as you may. Ask the authority."
    with site.books.reading() as connection:
        assert connection.execute("SELECT * FROM public_image").fetchall() == []


def test_looks_are_counted_by_key_and_day_and_nothing_is_kept_of_who_looks(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "PACE", 0)
    publish(site)
    for _ in range(2):
        site.get(f"{PATH}/21/7")
    site.get(PATH)
    site.get(f"{PATH}?linkType=linkset")
    site.get(f"/01/{GTIN}/10/NONE")
    with site_client(site) as client:
        client.head(PATH)
    item = f"{PRODUCT}/21/7"
    assert [(one.shown, one.number) for one in scans_of(site.books, item)] == [(LOT, 2)]
    assert [one.number for one in scans_of(site.books, LOT)] == [1]
    assert scans_of(site.books, f"{PRODUCT}/10/NONE") == []
    key = f"Bearer {site.keys[FARM]}"
    listed = site.get("/publications?lang=en", Authorization=key, Accept="text/html")
    assert "3 looks in the last 30 days" in listed.text


def test_many_things_at_once_are_written_down_and_none_is_lost(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "MOST_AT_ONCE", 2)
    counter = scans.ScanCounter(site.books)
    counter.count(LOT, LOT, NOW)  # long after the last one: written
    for number in range(5):
        counter.count(f"{PRODUCT}/21/{number}", LOT, NOW)
    counted = [len(scans_of(site.books, f"{PRODUCT}/21/{number}")) for number in range(5)]
    assert counted == [1, 1, 1, 1, 0]
    counter.write()
    assert len(scans_of(site.books, f"{PRODUCT}/21/4")) == 1


def test_who_looks_does_not_wait_for_who_writes_looks_down(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on = Event(), Event()

    def slow(*counted: Any) -> None:
        begun.set()
        assert may_go_on.wait(10)
        count_scans(*counted)

    counter = scans.ScanCounter(site.books)
    monkeypatch.setattr(scans, "count_scans", slow)
    with ThreadPoolExecutor(1) as other:
        writing = other.submit(counter.count, LOT, LOT, NOW)  # long after the last one: written
        assert begun.wait(10)
        counter.count(LOT, LOT, NOW + 1)
        may_go_on.set()
        writing.result()
    counter.write()
    assert [one.number for one in scans_of(site.books, LOT)] == [2]


def test_page_and_style_sheet_are_small(site: Site) -> None:
    publish(site)
    page = site.get(PATH)
    parts = re.findall(r'(?:src|href)="(/static/[^"]+|/public-images/[^"]+)"', page.text)
    bytes_of = {one: len(site.get(one).content) for one in dict.fromkeys(parts)}
    assert len(bytes_of) <= 3
    assert len(page.content) + sum(bytes_of.values()) + 60_000 < 100_000
    assert "<script" not in page.text


def test_every_change_stands_in_the_journal(site: Site) -> None:
    publish(site)
    form = {"thing": PRODUCT, "link_type": "pip", "href": "https://a.example/", "title": "A"}
    assert site.post("/links", FARM, **form, media_type="text/html").status_code == 303
    assert site.post("/links", FARM, action="remove", link="1").status_code == 303
    assert site.post("/links", FARM, action="remove", link="1").status_code == 404
    key = f"Bearer {site.keys['province']}"
    told = site.get("/publications", Authorization=key, Accept="text/html")
    assert told.status_code == 200
    with site.books.reading() as connection:
        rows = connection.execute("SELECT what, about FROM journal ORDER BY number").fetchall()
    assert [tuple(row) for row in rows] == [
        ("published", f"{LOT} 1"),
        ("link_added", f"{PRODUCT} → https://a.example/"),
        ("link_removed", f"{PRODUCT} → https://a.example/"),
    ]


def test_a_link_that_cannot_be_is_refused_with_what_was_typed(site: Site) -> None:
    rest = {"link_type": "pip", "title": "A", "media_type": "text/html", "action": "add"}
    address = "https://a.example/"
    for thing, href, told in (
        (PRODUCT, "", "A link needs an address"),
        (PRODUCT, "javascript:alert(1)", "A link needs an address"),
        ("x", address, "This is no GS1 key: x"),
        (SHOP, address, "This code is not yours"),
    ):
        answer = site.post("/links?lang=en", FARM, **rest, thing=thing, href=href)
        assert (answer.status_code, told in answer.text) == (422, True)
        assert f'value="{thing}"' in answer.text
    assert site.get(f"/01/{GTIN}").status_code == 404
