"""Versions of public pages, recalls, links and scans as the registry keeps them."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from epcis_core.errors import AccessError, StoreError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry import publications, recall_notices, resolver_links, scans
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.own_keys import speaks_for
from epcis_core.store.registry.products import Product, retire_product, save_product
from epcis_core.store.registry.publications import (
    LARGEST_IMAGE,
    Photo,
    find_image,
    keep_image,
    let_be_named,
    public_parties,
    publish,
    published_by,
    versions_of,
)
from epcis_core.store.registry.recall_notices import declare_recall, lift_recall, recalls_by
from epcis_core.store.registry.resolver_links import (
    ResolverLink,
    add_link,
    check_target,
    links_by,
    remove_link,
)
from epcis_core.store.registry.scans import Scans, count_scans, looks_at, scans_of
from epcis_core.store.registry.stamps import Run, Serials, order_stamps, serials_of
from tests.ingest.documents import ITEM, NOW, item, lot

FARM, RIVAL = "https://id.gs1.org/417/9506000911007", "https://id.gs1.org/417/8936099140001"


LINK = ResolverLink(ITEM, "pip", "https://a.example/", "A", FARM)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as opened:
        for one in (FARM, RIVAL):
            add_organisation(opened, Organisation(one, one), NOW)
        yield opened


def test_a_version_is_added_where_something_changed_and_all_are_kept(books: Bookkeeping) -> None:
    for content in ("{1}", "{1}", "{2}", "{1}"):
        publish(books, lot("1"), FARM, content, NOW)
    kept = [(one.version, one.content) for one in versions_of(books, lot("1"))]
    assert kept == [(3, "{1}"), (2, "{2}"), (1, "{1}")]
    publish(books, lot("2"), RIVAL, "{}", NOW)
    assert [one.thing for one in published_by(books, None)] == [lot("2"), lot("1")]
    assert [(one.thing, one.version) for one in published_by(books, FARM)] == [(lot("1"), 3)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publication SET content = '{}'",
        "DELETE FROM publication",
        "INSERT OR REPLACE INTO publication SELECT * FROM publication",
        (
            "INSERT OR REPLACE INTO publication (thing, version, organisation, content, published) "
            "SELECT thing, version, '', '{}', 0 FROM publication"
        ),
    ],
)
def test_no_version_is_changed_removed_or_replaced(books: Bookkeeping, statement: str) -> None:
    publish(books, lot("1"), FARM, "{1}", NOW)
    with (
        pytest.raises(StoreError, match="what was published is never") as raised,
        books.transaction() as connection,
    ):
        connection.execute(statement)
    assert isinstance(raised.value.__cause__, sqlite3.IntegrityError)
    assert [one.content for one in versions_of(books, lot("1"))] == ["{1}"]


def test_what_is_published_is_bounded(books: Bookkeeping, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AccessError, match=r"^What is published has 16384 characters at most$"):
        publish(books, lot("1"), FARM, "x" * 16385, NOW)
    with pytest.raises(AccessError, match=r"^A photo on a public page has 60000 bytes at most$"):
        keep_image(books, Photo("image/png", b"x" * (LARGEST_IMAGE + 1)))
    for name, later in (("MOST_A_DAY", 3_600_000_000), ("MOST", 90_000_000_000)):
        monkeypatch.setattr(publications, name, 1)
        publish(books, lot("1"), FARM, "{}", NOW)
        with pytest.raises(
            TooManyError, match=r"^An organisation publishes \d+ versions at most, 1"
        ):
            publish(books, lot("2"), FARM, "{}", NOW + later)


def test_a_photo_is_kept_once_by_its_digest(books: Bookkeeping) -> None:
    photo = Photo("image/png", b"photo")
    for one in (photo, Photo("image/jpeg", b"photo")):
        keep_image(books, one)
    assert find_image(books, photo.digest) == photo
    assert find_image(books, "0" * 64) is None


def test_who_agreed_may_be_named_until_they_no_longer_do(books: Bookkeeping) -> None:
    for _ in range(2):
        let_be_named(books, FARM, named=True, now=NOW)
    assert public_parties(books) == {FARM: ["9506000911007"]}
    let_be_named(books, FARM, named=False, now=NOW)
    assert public_parties(books) == {}


def test_a_recall_holds_until_whoever_declared_it_lifts_it(books: Bookkeeping) -> None:
    own = declare_recall(books, lot("1"), "Return it.", FARM, NOW)
    of_authority = declare_recall(books, ITEM, "Do not eat it.", "", NOW + 1)
    assert recalls_by(books, None) == [of_authority, own]
    assert lift_recall(books, of_authority.number, NOW + 2, organisation=FARM) is None
    lifted = lift_recall(books, own.number, NOW + 2, organisation=FARM)
    assert lifted is not None
    assert lifted.lifted == NOW + 2
    assert lift_recall(books, own.number, NOW + 3) is None
    assert recalls_by(books, FARM) == []


def test_a_recall_by_who_lost_the_key_is_lifted_by_who_has_it(books: Bookkeeping) -> None:
    save_product(books, Product(FARM, ITEM[-14:], "Nho"), NOW)
    one = declare_recall(books, lot("1"), "Return it.", FARM, NOW)
    of_authority = declare_recall(books, lot("1"), "Return it.", "", NOW)
    assert recalls_by(books, RIVAL) == []
    assert lift_recall(books, one.number, NOW, organisation=RIVAL) is None
    add_organisation(books, Organisation(RIVAL, "R", owned=("9506000",)), NOW)
    assert recalls_by(books, RIVAL) == [one]
    assert lift_recall(books, of_authority.number, NOW, organisation=RIVAL) is None
    # Who has the key too cannot end what another says of it.
    add_organisation(books, Organisation(FARM, "F", owned=(ITEM,)), NOW)
    assert recalls_by(books, RIVAL) == []
    assert lift_recall(books, one.number, NOW, organisation=RIVAL) is None
    add_organisation(books, Organisation(FARM, "F"), NOW)
    assert lift_recall(books, one.number, NOW, organisation=RIVAL) is not None
    assert recalls_by(books, FARM) == []


def test_a_recall_has_words_and_an_organisation_has_few(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("", "x" * 1001):
        with pytest.raises(AccessError, match=r"^A recall says what to do in at most 1000 char"):
            declare_recall(books, lot("1"), words, FARM, NOW)
    monkeypatch.setattr(recall_notices, "MOST", 1)
    declare_recall(books, lot("1"), "Return it.", FARM, NOW)
    with pytest.raises(TooManyError, match=r"^An organisation has 1 recalls at once at most$"):
        declare_recall(books, lot("2"), "Return it.", FARM, NOW)


@pytest.mark.parametrize(
    "target",
    [
        *("javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example/", "/trace"),
        *("https://", "https:///x", "https://a.example/a b", "https://a.example/\r\nX: y"),
        *("https://me:secret@a.example/", "https://a.example:x/", "https://a.example/é", ""),
        f"https://a.example/{'x' * 2000}",
    ],
)
def test_a_link_leads_to_nothing_but_a_web_address(target: str) -> None:
    with pytest.raises(AccessError, match=r"^Expected a web address of http or https, got "):
        check_target(target)


@pytest.mark.parametrize("target", ["https://a.example", "http://a.example:8080/x?y=%20#z"])
def test_a_link_leads_to_a_web_address(target: str) -> None:
    check_target(target)


def test_a_key_has_one_default_link_the_last_that_was_chosen(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (
        add_link(
            books,
            ResolverLink(ITEM, "pip", f"https://{name}.example/", name, FARM, is_default=True),
            NOW,
        )
        for name in ("one", "two")
    )
    assert [(link.title, link.is_default) for link in links_by(books, FARM)] == [
        ("two", True),
        ("one", False),
    ]
    assert remove_link(books, one.number, NOW, organisation=RIVAL) is None
    removed = remove_link(books, one.number, NOW, organisation=FARM)
    assert removed is not None
    assert links_by(books, None) == [two]
    monkeypatch.setattr(resolver_links, "MOST", 1)
    with pytest.raises(TooManyError, match=r"^An organisation has 1 links at most$"):
        add_link(books, two, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(replace(LINK, title=""), id="no title"),
        pytest.param(replace(LINK, title="x" * 201), id="a long title"),
        pytest.param(replace(LINK, link_type="gs1:pip"), id="no type"),
        pytest.param(replace(LINK, hreflang="v"), id="no language"),
        pytest.param(replace(LINK, media_type="x"), id="no media type"),
    ],
)
def test_a_link_has_a_title_a_type_and_a_form(books: Bookkeeping, wrong: ResolverLink) -> None:
    with pytest.raises(AccessError, match=r"^A link "):
        add_link(books, wrong, NOW)


def test_an_organisation_speaks_for_its_prefix_and_its_listed_products_alone(
    books: Bookkeeping,
) -> None:
    def speaks(organisation: str, thing: str) -> bool:
        with books.reading() as connection:
            return speaks_for(connection, organisation, thing)

    assert not speaks(FARM, lot("1"))
    assert speaks("", lot("1"))
    product = save_product(books, Product(FARM, ITEM[-14:], "Nho"), NOW)
    assert speaks(FARM, lot("1"))
    assert not speaks(RIVAL, lot("1"))
    for owned in ("9506000", ITEM):
        add_organisation(books, Organisation(RIVAL, "R", owned=(owned,)), NOW)
        assert not speaks(FARM, lot("1"))
        assert speaks(RIVAL, lot("1"))
    add_organisation(books, Organisation(RIVAL, "R"), NOW)
    assert speaks(FARM, lot("1"))
    retire_product(books, FARM, product.number, NOW)
    assert not speaks(FARM, lot("1"))
    add_organisation(books, Organisation(FARM, "F", owned=("9506000",)), NOW)
    assert speaks(FARM, item("7"))
    assert not speaks(FARM, "https://id.gs1.org/01/08936099141015")


def test_scans_are_added_up_by_key_and_day(books: Bookkeeping) -> None:
    counted = {(item("7"), lot("1")): 2, (lot("1"), lot("1")): 1}
    count_scans(books, "2026-03-01", counted)
    count_scans(books, "2026-03-01", {(item("7"), lot("1")): 3})
    count_scans(books, "2026-03-02", {(item("7"), lot("1")): 1})
    assert scans_of(books, item("7")) == [
        Scans(item("7"), "2026-03-02", lot("1"), 1),
        Scans(item("7"), "2026-03-01", lot("1"), 5),
    ]
    looks = [looks_at(books, lot("1"), since=f"2026-03-0{day}") for day in (1, 2, 3)]
    assert looks == [7, 1, 0]


def test_made_up_serial_numbers_do_not_fill_the_disk(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "MOST_A_DAY", 2)
    count_scans(books, "2026-03-01", {(item(str(n)), lot("1")): 1 for n in range(9)})
    assert len(scans_of(books, item("1"))) == 1
    assert scans_of(books, item("2")) == []
    assert [one.number for one in scans_of(books, lot("1"))] == [7]


def test_made_up_serial_numbers_of_one_page_hide_no_stamp_and_nothing_of_another_page(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "MOST_OF_ONE", 2)
    run = Run(FARM, ITEM[-14:], "1", 1, Serials.RANDOM, "https://t.example", "a4-3x8", "vi")
    (serial,) = serials_of(books, order_stamps(books, run, None, NOW))
    for n in range(9):
        count_scans(books, "2026-03-01", {(item(str(n)), lot("1")): 1})
    count_scans(books, "2026-03-01", {(item(serial), lot("1")): 3, (item("x"), lot("2")): 1})
    numbers = [
        [one.number for one in scans_of(books, thing)]
        for thing in (item("1"), item("2"), lot("1"), item(serial), item("x"))
    ]
    assert numbers == [[1], [], [7], [3], [1]]
    assert looks_at(books, lot("1"), since="2026-03-01") == 12
