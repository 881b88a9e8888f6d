"""What stands under a party, a place or a document, and where things were seen last."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.folding import called_so
from epcis_core.store.ledger import Ledger
from epcis_core.store.mentions import MOST, Mentions, mentions_of, seen_last
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.search import Hit, search
from epcis_core.store.view import EVERYTHING, View
from tests.ingest.documents import NOW, SITE, captured, document, lot, observed, place

FARM = "https://id.gs1.org/417/9506000134307"
SHOP = "https://id.gs1.org/417/9506000134314"
ROOM = f"{SITE}/254/shed-2"
ORDER = "urn:epcglobal:cbv:bt:9506000134307:PO-0017"
TYPED = "https://id.gs1.org/253/9506000134307INV9"


def amounts(*classes: str) -> list[dict[str, str]]:
    return [{"epcClass": one} for one in classes]


def happened(event_id: str, day: int, *lots: str, **members: Any) -> dict[str, Any]:
    """An ObjectEvent of lots, on a day of March 2026."""
    time = f"2026-03-{day:02}T08:00:00+07:00"
    event = observed(eventID=event_id, eventTime=time, quantityList=amounts(*lots), **members)
    del event["epcList"]
    return event


def paper(kind: str, name: str) -> list[dict[str, str]]:
    return [{"type": kind, "bizTransaction": name}]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, Bookkeeping]]:
    """A farm that ships under an order, a shop, an event taken back, and a secret of the shop's."""
    to_shop = {
        "sourceList": [{"type": "owning_party", "source": FARM}],
        "destinationList": [{"type": "owning_party", "destination": SHOP}],
    }
    wrong = {
        "declarationTime": "2026-03-20T00:00:00Z",
        "reason": "did_not_occur",
    }
    farm = [
        happened("urn:x:1", 1, lot("A-1"), bizLocation={"id": ROOM}),
        happened(
            "urn:x:2",
            5,
            lot("A-1"),
            lot("A-2"),
            bizStep="shipping",
            readPoint={"id": SITE},
            bizTransactionList=paper("po", ORDER),
            **to_shop,
        ),
        happened("urn:x:3", 9, lot("A-1"), readPoint={"id": SITE}),
        {**happened("urn:x:3", 9, lot("A-1"), readPoint={"id": SITE}), "errorDeclaration": wrong},
    ]
    shop = [
        happened("urn:x:4", 12, lot("A-2"), bizTransactionList=paper("inv", TYPED)),
    ]
    elements = [place(SITE, name="Vườn Cà Ná"), place(lot("A-1")[:36], name="Nho Cardinal")]
    path: Path = tmp_path_factory.mktemp("mentions") / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        done = captured(ledger, document(*farm, elements=elements), organisation=FARM)
        assert done.status == "accepted"
        assert captured(ledger, document(*shop), organisation=SHOP).status == "accepted"
        add_organisation(books, Organisation(FARM, "HTX Nho Cà Ná"), NOW)
        add_organisation(books, Organisation("urn:x:other", "Công ty Cà Ná Khác"), NOW)
        yield ledger, books


def told(found: Mentions | None) -> tuple[Any, ...] | None:
    if found is None:
        return None
    events = [one.event_id for one in found.events]
    return found.kind, found.number, events, list(found.objects), list(found.types)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param(
            ORDER, ("document", 1, ["urn:x:2"], [lot("A-1"), lot("A-2")], ["po"]), id="an order"
        ),
        pytest.param(
            TYPED, ("document", 1, ["urn:x:4"], [lot("A-2")], ["inv"]), id="a GDTI of GS1"
        ),
        pytest.param(
            SITE,
            ("place", 2, ["urn:x:2", "urn:x:1"], [lot("A-1"), lot("A-2")], []),
            id="a place with its rooms",
        ),
        pytest.param(ROOM, ("place", 1, ["urn:x:1"], [lot("A-1")], []), id="a room"),
        pytest.param(
            FARM,
            ("party", 2, ["urn:x:2", "urn:x:1"], [lot("A-1"), lot("A-2")], []),
            id="a party, named or at its place",
        ),
        pytest.param(
            SHOP, ("party", 1, ["urn:x:2"], [lot("A-1"), lot("A-2")], []), id="another party"
        ),
        pytest.param("urn:x:nothing", None, id="what nobody names"),
        pytest.param("' OR 1 = 1 --", None, id="a text with quotes"),
    ],
)
def test_what_stands_under_a_name(
    kept: tuple[Ledger, Bookkeeping], key: str, expected: tuple[Any, ...] | None
) -> None:
    assert told(mentions_of(kept[0], EVERYTHING, key)) == expected


def test_of_what_is_unseen_nothing_stands_there(kept: tuple[Ledger, Bookkeeping]) -> None:
    assert mentions_of(kept[0], View(viewer=SHOP), SITE) is not None  # it is named as who takes
    assert told(mentions_of(kept[0], View(viewer=SHOP), ROOM)) is None
    assert told(mentions_of(kept[0], View(viewer=FARM), TYPED)) is None


def test_only_so_much_is_listed(ledger: Ledger) -> None:
    events = [
        happened(f"urn:x:{n}", 1, lot(f"N{n:03}"), bizTransactionList=paper("po", ORDER))
        for n in range(MOST + 5)
    ]
    captured(ledger, document(*events))
    found = mentions_of(ledger, EVERYTHING, ORDER)
    assert found is not None
    assert (found.number, len(found.events), len(found.objects)) == (MOST + 5, MOST, MOST + 1)


def test_things_were_seen_last_where_what_was_taken_back_does_not_count(
    kept: tuple[Ledger, Bookkeeping],
) -> None:
    keys = [lot("A-1"), lot("A-2"), SITE, SHOP, ORDER, lot("A-9")]

    def last(view: View) -> dict[str, str]:
        return {key: one.event_id for key, one in seen_last(kept[0], view, keys).items()}

    all_of_it = {lot("A-1"): "urn:x:2", lot("A-2"): "urn:x:4"}
    rest = dict.fromkeys([SITE, SHOP, ORDER], "urn:x:2")
    assert last(EVERYTHING) == all_of_it | rest
    assert last(View(viewer=FARM)) == {lot("A-1"): "urn:x:2", lot("A-2"): "urn:x:2"} | rest
    assert seen_last(kept[0], EVERYTHING, []) == {}


def first(kept: tuple[Ledger, Bookkeeping], text: str, view: View = EVERYTHING) -> Hit | None:
    hits = search(kept[0], view, text, books=kept[1])
    return hits[0] if hits else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(ORDER, (ORDER, "document", "exact"), id="the whole name of a document"),
        pytest.param("PO-0017", (ORDER, "document", "lot"), id="its number"),
        pytest.param("po 0017", (ORDER, "document", "near"), id="its number, spelled loosely"),
        pytest.param("PO-OOI7", (ORDER, "document", "near"), id="letters for digits"),
        pytest.param("INV9", (TYPED, "document", "part"), id="the end of a GDTI"),
        pytest.param("htx nho ca na", (FARM, "party", "name"), id="a company of the registry"),
        pytest.param("vuon ca na", (SITE, "place", "name"), id="a place without its marks"),
        pytest.param("9506000134314", (SHOP, "party", "exact"), id="a GLN without a name"),
        pytest.param("950600013431", (SHOP, "party", "near"), id="a GLN without its check digit"),
        pytest.param("9506000134312", (SHOP, "party", "near"), id="a GLN with another"),
        pytest.param(SHOP, (SHOP, "party", "exact"), id="a party's whole name"),
        pytest.param(
            "09506000134352 A1", (lot("A-1"), "lot", "near"), id="GTIN and lot with a blank"
        ),
        pytest.param(
            "GTIN 9506000134352, Lô: A-1", (lot("A-1"), "lot", "exact"), id="with their words"
        ),
        pytest.param("9506000134358/A-1", (lot("A-1"), "lot", "near"), id="a slip in the GTIN"),
        pytest.param("( 01 ) 09506000134352 ( 10 ) A-1", (lot("A-1"), "lot", "exact"), id="blanks"),
        pytest.param("Số lô: A-1", (lot("A-1"), "lot", "lot"), id="a lot with its word"),
        pytest.param("950600013435", (lot("A-2"), "lot", "near"), id="a GTIN cut short"),
    ],
)
def test_the_first_hit_is_meant(
    kept: tuple[Ledger, Bookkeeping], text: str, expected: tuple[str, str, str]
) -> None:
    hit = first(kept, text)
    assert hit is not None
    assert (hit.id, hit.kind, hit.why) == expected


def test_words_begin_where_a_name_does(kept: tuple[Ledger, Bookkeeping]) -> None:
    hits = search(kept[0], EVERYTHING, "ca na", books=kept[1])
    assert [hit.title for hit in hits] == ["Vườn Cà Ná", "Công ty Cà Ná Khác", "HTX Nho Cà Ná"]
    assert [hit.kind for hit in search(kept[0], EVERYTHING, "cardi")][:2] == ["product", "lot"]


def test_of_names_alike_but_for_their_marks_the_one_as_typed_is_first() -> None:
    named = [("1", "Vựa cá Nhỏ", "Vựa cá Nhỏ"), ("2", "HTX Nho Đỏ", "HTX Nho Đỏ")]
    assert called_so("nho", named) == [("2", "HTX Nho Đỏ"), ("1", "Vựa cá Nhỏ")]
    assert called_so("NHỎ", named) == [("1", "Vựa cá Nhỏ"), ("2", "HTX Nho Đỏ")]


def test_of_the_registry_a_business_finds_whom_its_events_name(
    kept: tuple[Ledger, Bookkeeping],
) -> None:
    hits = search(kept[0], View(viewer=SHOP), "ca na", books=kept[1])
    assert [hit.title for hit in hits if hit.kind == "party"] == ["HTX Nho Cà Ná"]
    assert first(kept, "Khác", View(viewer=SHOP)) is None
    assert first(kept, "PO-0017", View(viewer="urn:x:other")) is None
