"""Finding things by whatever a person types."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.store.alike import near
from epcis_core.store.folding import SQL_FOLDED_NUMBER, as_typed, fold_name, fold_number
from epcis_core.store.ledger import Ledger
from epcis_core.store.search import Hit, search
from epcis_core.store.view import EVERYTHING, View
from tests.ingest.documents import (
    SITE,
    captured,
    document,
    item,
    lot,
    observed,
    packed,
    place,
)

GRAPES = "https://id.gs1.org/01/09506000134352"
JUICE = "https://id.gs1.org/01/09506000134369"
PALLET = "https://id.gs1.org/00/095060001343520017"
CRATE = "https://id.gs1.org/8003/09506000134376K7"
PARTY = "https://id.gs1.org/417/9506000134307"
BOX = "urn:uuid:5a7bbd2b-1f0b-4b6e-9c0a-2f6f3c1d9e10"
ODD = "https://example.org/things/%FF"
LOTS = ("DN260311", "DN260311-L2", "A/7", "50%", "5", "Xx_1", "XxZ1")


def quantities(*classes: str) -> list[dict[str, str]]:
    return [{"epcClass": one} for one in classes]


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with products, lots of all spellings, containers, a party and a place."""
    lots = [f"{GRAPES}/10/{quote(number, safe='')}" for number in LOTS]
    events = [
        observed(quantityList=quantities(*lots, JUICE, f"{JUICE}/10/J1")),
        observed(item("S-1"), action="ADD", ilmd={"cbvmda:lotNumber": "HIDDEN7"}),
        packed(PALLET, CRATE, BOX, ODD),
    ]
    elements = [
        place(GRAPES, name="Nho đỏ Ninh Thuận", descriptionShort="Red grapes"),
        place(JUICE, name="Nước nho 100%"),
        place(PARTY, name="HTX Nho Gió Cát"),
        place(SITE, name="Vườn Gió Cát"),
    ]
    path: Path = tmp_path_factory.mktemp("search") / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        assert captured(ledger, document(*events, elements=elements)).status == "accepted"
        yield ledger


def found(ledger: Ledger, text: str, **options: Any) -> list[tuple[str, str]]:
    return [(hit.id, hit.why) for hit in search(ledger, EVERYTHING, text, **options)]


DN = f"{GRAPES}/10/DN260311"
DN_L2 = f"{GRAPES}/10/DN260311-L2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(DN, (DN, "exact"), id="Digital Link"),
        pytest.param(
            "https://farm.example/x/01/09506000134352/10/DN260311?17=260401",
            (DN, "exact"),
            id="Digital Link of another domain, with more in it",
        ),
        pytest.param("urn:epc:class:lgtin:9506000.013435.DN260311", (DN, "exact"), id="EPC URN"),
        pytest.param("(01)09506000134352(10)DN260311", (DN, "exact"), id="brackets"),
        pytest.param("010950600013435210DN260311", (DN, "exact"), id="scanned barcode"),
        pytest.param("  DN260311\n", (DN, "lot"), id="bare lot with blanks"),
        pytest.param("dn260311", (DN, "near"), id="lot in small letters"),
        pytest.param("DN26O3II", (DN, "near"), id="O for 0 and I for 1"),
        pytest.param("DN 26-03.11", (DN, "near"), id="lot with separators"),
        pytest.param("260311L2", (DN_L2, "part"), id="part of a lot"),
        pytest.param("A/7", (f"{GRAPES}/10/A%2F7", "lot"), id="lot with a slash"),
        pytest.param("a7", (f"{GRAPES}/10/A%2F7", "near"), id="lot with a slash left out"),
        pytest.param("50%", (f"{GRAPES}/10/50%25", "lot"), id="lot with a percent sign"),
        pytest.param("5", (f"{GRAPES}/10/5", "lot"), id="lot of one digit"),
        pytest.param("s1", (item("S-1"), "near"), id="serial number"),
        pytest.param(
            "HIDDEN7", (f"{GRAPES}/10/HIDDEN7", "lot"), id="lot known by its members alone"
        ),
        pytest.param("(00)095060001343520017", (PALLET, "exact"), id="SSCC in brackets"),
        pytest.param("095060001343520017", (PALLET, "exact"), id="SSCC as bare digits"),
        pytest.param("343520017", (PALLET, "part"), id="end of an SSCC"),
        pytest.param("urn:epc:id:sscc:9506000.0134352001", (PALLET, "exact"), id="SSCC as a URN"),
        pytest.param("134376k7", (CRATE, "part"), id="serial of a crate"),
        pytest.param(BOX, (BOX, "exact"), id="another URI"),
        pytest.param("5a7bbd2b", (BOX, "part"), id="part of another URI"),
        pytest.param(ODD, (ODD, "exact"), id="a URI with an escape that is no text"),
    ],
)
def test_the_first_hit_is_what_was_meant(
    stocked: Ledger, text: str, expected: tuple[str, str]
) -> None:
    assert found(stocked, text)[0] == expected


def test_a_product_gives_its_lots_and_instances(stocked: Ledger) -> None:
    for text in ("09506000134352", "9506000134352", GRAPES, "(01)09506000134352"):
        hits = dict(found(stocked, text))
        assert DN in hits
        assert item("S-1") in hits
        assert f"{JUICE}/10/J1" not in hits
    assert found(stocked, JUICE) == [(JUICE, "exact"), (f"{JUICE}/10/J1", "part")]


def test_a_gln_gives_the_party_and_the_place(stocked: Ledger) -> None:
    hits = search(stocked, EVERYTHING, "9506000134307")
    assert [(hit.id, hit.kind, hit.title) for hit in hits] == [
        (SITE, "place", "Vườn Gió Cát"),
        (PARTY, "party", "HTX Nho Gió Cát"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nho do", DN),
        ("NHO ĐỎ", DN),
        ("đỏ nho", DN),
        ("red grapes", DN),
        ("nuoc nho 100%", f"{JUICE}/10/J1"),
        ("gio cat", PARTY),
        ("htx gio", PARTY),
        ("vuon", SITE),
    ],
)
def test_names_are_found_with_and_without_marks(stocked: Ledger, text: str, expected: str) -> None:
    assert (expected, "name") in found(stocked, text)


@pytest.mark.parametrize("text", ["nho xanh", "%", "_", "n_o", "nho%do", "zzz", "vườn cây"])
def test_what_nothing_is_called_finds_nothing(stocked: Ledger, text: str) -> None:
    assert found(stocked, text) == []


def test_signs_that_are_wildcards_elsewhere_are_letters_here(stocked: Ledger) -> None:
    assert found(stocked, "Xx_1") == [(f"{GRAPES}/10/Xx_1", "lot")]
    assert found(stocked, "DN%L2") == []
    assert found(stocked, "https://id.gs1.org/01/09506000134352/10/DN%") == []


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_finds_nothing(stocked: Ledger, text: str) -> None:
    assert search(stocked, EVERYTHING, text) == []


@given(text=st.text(max_size=30))
def test_no_text_is_too_odd_to_search_for(stocked: Ledger, text: str) -> None:
    for hit in search(stocked, EVERYTHING, text):
        assert hit.as_json()["id"] == hit.id
        assert 0 < hit.score <= 1


@pytest.mark.parametrize("text", ["A0" * 15_000, "?" * 30_000, "08" * 9_000, "x y " * 5_000])
def test_a_text_that_is_no_number_and_no_name_by_its_length_is_none(
    stocked: Ledger, text: str
) -> None:
    assert search(stocked, EVERYTHING, text) == []
    with stocked.reading() as cursor:
        assert near(cursor, EVERYTHING, text) == []


def test_what_stands_in_the_text_comes_before_what_only_holds_it(ledger: Ledger) -> None:
    others = [lot(f"A{number}12") for number in range(80)]
    captured(ledger, document(observed(quantityList=quantities(*others, lot("112"), lot("Z12")))))
    hits = search(ledger, EVERYTHING, "Z12")
    assert hits[0] == Hit(lot("Z12"), "lot", "Z12", "lot", 0.95)
    hits = search(ledger, EVERYTHING, "112", limit=3)
    assert [hit.why for hit in hits] == ["lot", "part", "part"]
    assert hits[0].id == lot("112")


def test_hits_of_later_entries_stay_hidden(stocked: Ledger) -> None:
    assert search(stocked, View(up_to_sequence=-1), "DN260311") == []
    assert search(stocked, View(up_to_sequence=2), "DN260311")[0].title == "DN260311"
    assert search(stocked, EVERYTHING, "DN260311")[0].title == "Nho đỏ Ninh Thuận · DN260311"


def near_to(ledger: Ledger, text: str, limit: int = 5) -> list[str]:
    with ledger.reading() as cursor:
        return near(cursor, EVERYTHING, text, limit)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param(f"{GRAPES}/10/dn26o311", DN, id="another case, O for 0"),
        pytest.param(f"{GRAPES}/10/DN260312", DN, id="one digit wrong"),
        pytest.param(f"{GRAPES}/10/DN263011", DN, id="two digits swapped"),
        pytest.param(f"{JUICE}/10/DN260311", DN, id="right lot, wrong product"),
        pytest.param("DN-26-03-11-L3", DN_L2, id="a bare lot"),
    ],
)
def test_an_unknown_lot_has_known_ones_near_it(stocked: Ledger, text: str, first: str) -> None:
    assert near_to(stocked, text)[0] == first


def test_other_lots_of_the_product_come_after_alike_ones(stocked: Ledger) -> None:
    assert near_to(stocked, f"{JUICE}/10/DN260311", 9) == [
        DN,
        DN_L2,
        f"{JUICE}/10/J1",
    ]
    assert near_to(stocked, f"{JUICE}/10/J1") == []
    assert near_to(stocked, "https://example.org/nothing-like-it") == []
    assert len(near_to(stocked, f"{GRAPES}/10/Q", 3)) == 3


def test_a_search_without_hits_shows_what_is_near(stocked: Ledger) -> None:
    assert found(stocked, "DN260411") == [(DN, "near")]


@given(text=st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=20))
def test_numbers_fold_alike_in_python_and_in_sql(text: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT {SQL_FOLDED_NUMBER.format('$1')}", [text]).fetchall()
    assert rows == [(fold_number(text),)]


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Nho ĐỎ", "nho do"),
        ("Nước mắm Cà Ná", "nuoc mam ca na"),
        ("Nước mắm", "nuoc mam"),
        ("  Táo \n sấy ", "tao say"),
    ],
)
def test_names_fold_in_every_way_of_writing_marks(name: str, folded: str) -> None:
    assert fold_name(name) == folded


def test_what_is_typed_is_made_text() -> None:
    assert as_typed(" a\t\r\n") == "a"
    assert as_typed("\x1d01") == "\x1d01"
    assert as_typed("\udcff") == "?"
