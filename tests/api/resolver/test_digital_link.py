"""The points of conformance of a GS1-conformant resolver; docs/digital-link.md lists them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from api.app import create_app, routed
from api.base_address import BaseAddress
from api.openapi.document import document_of
from api.settings import Settings
from epcis_core.identifiers import check_digit
from epcis_core.identifiers.schemes import KEYS
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.publications import publish
from epcis_core.store.registry.recall_notices import declare_recall, lift_recall
from epcis_core.store.registry.resolver_links import ResolverLink, add_link
from tests.api.resolver.published import FARM, GTIN, PAGE, PRODUCT, RIVAL, Site, site_in
from tests.ingest.documents import NOW
from tests.served import client_of, served

LINKSET = "application/linkset+json"
VOC = "https://ref.gs1.org/voc/"
LOT = f"/01/{GTIN}/10/L1"
SHOP = "https://shop.example/item?from=tem"
PAGE_OF_SHOP = f"/01/{GTIN}"
PDF = "https://shop.example/a.pdf"
LINKS = (
    ResolverLink(PRODUCT, "pip", SHOP, "Cửa hàng", FARM, "vi", is_default=True),
    ResolverLink(PRODUCT, "pip", "https://shop.example/en", "Shop", FARM, "en"),
    ResolverLink(PRODUCT, "instructions", PDF, "A", FARM, "vi", "application/pdf"),
    ResolverLink(PRODUCT, "instructions", "https://shop.example/b", "B", FARM, "vi"),
    ResolverLink(PRODUCT, "review", "https://one.example/", "One", FARM, "vi"),
    ResolverLink(PRODUCT, "review", "https://two.example/", "Two", FARM, "vi"),
    ResolverLink(
        "https://id.gs1.org/414/9506000134307", "pip", "https://farm.example/", "Vườn", FARM
    ),
    ResolverLink(f"{PRODUCT}/10/A%2FB%3F", "pip", "https://farm.example/lot", "Lô", FARM),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("links")) as found:
        for one in LINKS:
            add_link(found.books, one, NOW)
        publish(found.books, f"{PRODUCT}/10/L1", FARM, PAGE.model_dump_json(), NOW)
        yield found


def site_client(site: Site) -> httpx.Client:
    return client_of(site.address)


def numbered(digits: str) -> str:
    return digits + check_digit(digits)


def linkset(site: Site, path: str, **headers: str) -> list[dict[str, Any]]:
    answer = site.get(path, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, LINKSET), answer.text
    found: list[dict[str, Any]] = answer.json()["linkset"]
    return found


def test_get_head_and_options_are_supported_and_any_site_may_ask(site: Site) -> None:
    for path, status in ((LOT, 200), (PAGE_OF_SHOP, 307), ("/01/1", 400), ("/00/1", 400)):
        answer = site.get(path)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*")
        assert answer.headers["access-control-allow-methods"] == "OPTIONS, GET, HEAD"
    with site_client(site) as client:
        head, whole = client.head(LOT), client.get(LOT)
        assert (head.status_code, head.content, head.headers["etag"]) == (
            200,
            b"",
            whole.headers["etag"],
        )
        offered = client.options(LOT)
    assert (offered.status_code, offered.headers["allow"]) == (204, "OPTIONS, GET, HEAD")
    assert offered.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param(
            "/01/09506000134353",
            "Check digit of https://id.gs1.org/01/09506000134353 is wrong: expected 2, got 3.",
            id="check digit",
        ),
        pytest.param(f"/01/{GTIN}/foo", None, id="not pairs"),
        pytest.param(f"/01/{GTIN}/8011/1", None, id="a qualifier of another key"),
        pytest.param("/01/abc", None, id="no number"),
        pytest.param("/01/", None, id="no value"),
        pytest.param(f"/01/{GTIN}/10/{'x' * 21}", None, id="too long"),
        pytest.param(f"/01/{GTIN}/10/%E2%82%AC", None, id="not of the character set"),
    ],
)
def test_what_is_no_digital_link_is_refused_with_400(
    site: Site, path: str, told: str | None
) -> None:
    answer = site.get(path, Accept="application/json")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in {None, answer.json()["title"]}


def test_an_error_is_never_told_with_200(site: Site) -> None:
    unknown = f"/01/{GTIN}?linkType=gs1:nothing"
    answer = site.get(unknown, Accept="application/json")
    assert answer.status_code == 404
    assert answer.json()["title"] == (
        "There is no link of type 'gs1:nothing'; there are gs1:instructions, gs1:pip, gs1:review."
    )
    assert site.get("/01/09506000134369").status_code == 404
    assert site.get(f"{LOT}?version=2").status_code == 404


@pytest.mark.parametrize("key", KEYS)
def test_every_primary_key_of_the_table_is_resolved(site: Site, key: str) -> None:
    values = {
        "00": numbered("09506000134352000"),
        **dict.fromkeys(("01", "8006"), GTIN),
        **dict.fromkeys(("414", "417", "255", "253"), "9506000134307"),
        **dict.fromkeys(("8017", "8018"), numbered("95060001343000000")),
        "8003": "09506000134352",
        "402": numbered("9506000134300000"),
    }
    value = values.get(key, "9506000AB")
    value += "0102" if key == "8006" else ""
    answer = site.get(f"/{key}/{value}", Accept="application/json")
    assert answer.status_code in {307, 404}, answer.text


def test_the_linkset_is_answered_and_nobody_redirected(site: Site) -> None:
    asked = linkset(site, f"{LOT}?linkType=linkset")
    assert asked == linkset(site, LOT, Accept=LINKSET)
    assert asked == linkset(site, f"{LOT}?linkType=all")
    assert [one["anchor"] for one in asked] == [f"{site.address}{LOT}", f"{site.address}/01/{GTIN}"]


def test_the_linkset_is_valid_by_its_description(site: Site) -> None:
    document = document_of(routed())
    schema = {**document["components"]["schemas"]["Linkset"], "components": document["components"]}
    for path in (LOT, PAGE_OF_SHOP, "/414/9506000134307"):
        jsonschema_rs.Draft202012Validator(schema).validate(
            site.get(f"{path}?linkType=linkset").json()
        )


def test_each_key_has_one_default_link_with_a_title_and_nothing_else(site: Site) -> None:
    lot, product = linkset(site, f"{LOT}?linkType=linkset")
    own = f"{site.address}{LOT}?linkType=gs1:pip"
    assert lot[f"{VOC}defaultLink"] == [{"href": own, "title": "Trang công khai"}]
    assert product[f"{VOC}defaultLink"] == [{"href": SHOP, "title": "Cửa hàng"}]
    assert product[f"{VOC}pip"][1] == {
        "href": "https://shop.example/en",
        "title": "Shop",
        "type": "text/html",
        "hreflang": ["en"],
    }


def test_link_headers_lead_to_the_linkset_and_to_its_context(site: Site) -> None:
    redirect = site.get(PAGE_OF_SHOP)
    assert redirect.headers["link"] == (
        f'<{site.address}/01/{GTIN}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'
    )
    assert site.get(f"{LOT}?linkType=linkset").headers["link"] == (
        "<https://ref.gs1.org/standards/resolver/linkset-context>; "
        'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    )


def test_the_default_link_is_a_redirect_or_the_page_of_this_server(site: Site) -> None:
    redirect = site.get(PAGE_OF_SHOP)
    assert (redirect.status_code, redirect.headers["location"]) == (307, SHOP)
    page = site.get(LOT)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-location"] == f"{site.address}{LOT}?linkType=gs1:pip"
    assert site.get(page.headers["content-location"]).text.count(PAGE.name_vi) > 0


def test_a_query_is_passed_on_but_for_the_link_type(site: Site) -> None:
    answer = site.get(f"{PAGE_OF_SHOP}?linkType=gs1:pip&foo=b%20r&17=270101")
    assert answer.headers["location"] == f"{SHOP}&foo=b%20r&17=270101"


def test_a_slash_at_the_end_is_tolerated(site: Site) -> None:
    plain, slashed = site.get(PAGE_OF_SHOP), site.get(f"{PAGE_OF_SHOP}/")
    assert (slashed.status_code, slashed.headers["location"]) == (307, plain.headers["location"])


def test_the_closest_key_with_a_link_answers_and_else_what_it_belongs_to(site: Site) -> None:
    item = f"{LOT}/21/7"
    assert site.get(item).headers["content-location"] == f"{site.address}{LOT}?linkType=gs1:pip"
    up = site.get(f"{item}?linkType=gs1:instructions", Accept="application/pdf")
    assert up.headers["location"] == PDF
    assert site.get(f"/01/{GTIN}/10/OTHER").headers["location"] == SHOP


@pytest.mark.parametrize("spelled", ["gs1:pip", f"{VOC}pip", "https://gs1.org/voc/pip"])
def test_a_link_type_is_read_in_each_spelling(site: Site, spelled: str) -> None:
    with site_client(site) as client:
        answer = client.get(PAGE_OF_SHOP, params={"linkType": spelled})
    assert (answer.status_code, answer.headers["location"]) == (307, SHOP)


@pytest.mark.parametrize(
    ("wanted", "headers", "target"),
    [
        pytest.param("pip", {"Accept-Language": "en"}, "https://shop.example/en", id="English"),
        pytest.param("pip", {"Accept-Language": "en;q=0.3, vi-VN"}, SHOP, id="Vietnamese"),
        pytest.param("pip", {"Accept-Language": "fr"}, SHOP, id="none of these: the first"),
        pytest.param("instructions", {"Accept": "application/pdf"}, PDF, id="PDF"),
        pytest.param("instructions", {"Accept": "text/html"}, "https://shop.example/b", id="page"),
    ],
)
def test_language_and_media_type_choose_among_links_of_a_type(
    site: Site, wanted: str, headers: dict[str, str], target: str
) -> None:
    answer = site.get(f"{PAGE_OF_SHOP}?linkType=gs1:{wanted}", **headers)
    assert (answer.status_code, answer.headers["location"]) == (307, target)


def test_links_that_nothing_tells_apart_are_listed_with_300(site: Site) -> None:
    answer = site.get(f"{PAGE_OF_SHOP}?linkType=gs1:review")
    assert (answer.status_code, answer.headers["content-type"]) == (300, LINKSET)
    links = answer.json()["linkset"][0][f"{VOC}review"]
    assert [one["href"] for one in links] == ["https://one.example/", "https://two.example/"]


def test_values_with_escapes_are_the_same_value(site: Site) -> None:
    answer = site.get(f"/01/{GTIN}/10/A%2fB%3F?linkType=gs1:pip")
    assert answer.headers["location"] == "https://farm.example/lot"


def test_events_of_a_key_are_for_who_may_see_them(site: Site) -> None:
    answer = site.get(f"{LOT}?linkType=gs1:epcis")
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(f"{site.address}/epcis/events?MATCH_anyEPCClass=")
    assert site.get(answer.headers["location"]).status_code == 401


def test_the_description_says_which_keys_there_are(site: Site) -> None:
    assert site.get("/.well-known/gs1resolver").json() == {
        "name": "epcis-ledger",
        "resolverRoot": site.address,
        "supportedPrimaryKeys": [*KEYS],
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
    }


def test_a_recall_is_shown_before_wherever_the_owner_would_lead(site: Site) -> None:
    notice = declare_recall(site.books, PRODUCT, "Đừng ăn.", "", NOW)
    for path in (PAGE_OF_SHOP, LOT, f"{LOT}/21/7", f"{PAGE_OF_SHOP}?linkType=gs1:recallStatus"):
        answer = site.get(path)
        assert answer.status_code == 200
        assert "Đừng ăn." in answer.text
    lift_recall(site.books, notice.number, NOW + 1)
    assert site.get(PAGE_OF_SHOP).status_code == 307


def test_a_link_ends_with_what_its_keeper_owns_and_when_it_is_excluded(site: Site) -> None:
    path = "/414/8936099140001"
    anchor = f"https://id.gs1.org{path}"
    add_link(site.books, ResolverLink(anchor, "pip", "https://r.example/", "R", RIVAL), NOW)
    assert site.get(path).status_code == 307
    add_organisation(site.books, Organisation(RIVAL, "Hợp tác xã Đồi", active=False), NOW)
    assert site.get(path).status_code == 404
    add_organisation(site.books, Organisation(RIVAL, "Hợp tác xã Đồi"), NOW)
    foreign = ResolverLink(f"{PRODUCT}/10/L9", "pip", "https://evil.example/", "E", RIVAL)
    add_link(site.books, foreign, NOW)
    assert site.get(f"/01/{GTIN}/10/L9").headers["location"] == SHOP


def test_behind_a_proxy_every_address_is_the_one_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    outside = "https://truy-xuat.example/so-cai"
    settings = Settings(base=BaseAddress.read(outside))
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        publish(books, f"{PRODUCT}/10/L1", "", PAGE.model_dump_json(), NOW)
        with (
            served(create_app(ledger, settings)) as address,
            client_of(address, Host="truy-xuat.example") as client,
        ):
            page = client.get(f"/so-cai{LOT}")
            links = client.get(f"/so-cai{LOT}?linkType=linkset").json()["linkset"][0]
    assert page.headers["content-location"] == f"{outside}{LOT}?linkType=gs1:pip"
    assert page.headers["link"].startswith(f"<{outside}{LOT}?linkType=linkset>")
    assert links["anchor"] == f"{outside}{LOT}"
    inside = re.findall(r'(?:href|src)="(/[^"]*)"', page.text)
    assert len(inside) > 4
    assert [one for one in inside if not one.startswith("/so-cai/")] == []
