"""Names are read once for many answers, and anew where master data say more, or less."""

import gc
from weakref import ref

import pytest

from epcis_core.store import names
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.view import EVERYTHING, View
from tests.ingest.documents import captured, document, observed, place

PLACE = "https://id.gs1.org/414/9506000134307/254/K1"
OTHER = "https://id.gs1.org/414/9506000134307/254/K2"


def read(ledger: Ledger, view: View = EVERYTHING) -> Names:
    with ledger.reading() as cursor:
        return ledger.names(cursor, view)


def say(ledger: Ledger, number: int, name: str, place_id: str = PLACE) -> None:
    event = observed(eventID=f"urn:x:{number}")
    captured(ledger, document(event, elements=[place(place_id, name=name)]))


def test_names_are_read_once_until_something_new_is_said(ledger: Ledger) -> None:
    say(ledger, 1, "Kho cũ")
    old = read(ledger)
    captured(ledger, document(observed(eventID="urn:x:2")))
    assert read(ledger) is old
    say(ledger, 3, "Kho mới")
    assert read(ledger).place(PLACE) == {"name": "Kho mới"}
    assert old.place(PLACE) == {"name": "Kho cũ"}


def test_each_view_has_names_of_its_own(ledger: Ledger) -> None:
    say(ledger, 1, "Kho cũ")
    with ledger.reading() as cursor:
        then = EVERYTHING.until(EVERYTHING.last(cursor))
    say(ledger, 2, "Kho mới")
    assert read(ledger, then).place(PLACE) == {"name": "Kho cũ"}
    assert read(ledger).place(PLACE) == {"name": "Kho mới"}
    assert read(ledger, View(viewer="https://id.gs1.org/417/9506000134994")).place(PLACE) == {}


def test_an_element_without_its_body_is_named_no_more(ledger: Ledger) -> None:
    say(ledger, 1, "Kho cũ")
    assert read(ledger).place(PLACE) == {"name": "Kho cũ"}
    with ledger.writing() as cursor:
        cursor.execute("UPDATE vocabulary_element SET body = NULL")
    assert read(ledger).place(PLACE) == {}


def test_the_oldest_are_let_go_where_there_are_too_many(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ledger, 1, "Kho một")
    monkeypatch.setattr(names, "_MOST_KEPT", 2 * read(ledger).size)
    with ledger.reading() as cursor:
        then = EVERYTHING.until(EVERYTHING.last(cursor))
    say(ledger, 2, "Kho hai", OTHER)
    first, both = read(ledger, then), read(ledger)
    assert read(ledger) is both
    assert read(ledger, then) is not first


def test_of_views_that_show_nothing_a_thousand_are_kept(ledger: Ledger) -> None:
    say(ledger, 1, "Kho một")
    with ledger.reading() as cursor:
        kept = [ref(ledger.names(cursor, View(viewer=f"urn:x:{n}"))) for n in range(1_100)]
    gc.collect()
    assert [one() is None for one in kept] == [True] * 76 + [False] * 1_024


def test_what_is_long_is_kept_for_few_views(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_MOST_KEPT", 1 << 20)
    say(ledger, 1, "K" * 900_000)
    with ledger.reading() as cursor:
        then = EVERYTHING.until(EVERYTHING.last(cursor))
    first = read(ledger, then)
    say(ledger, 2, "Kho hai", OTHER)
    assert read(ledger, then) is first
    assert read(ledger) is read(ledger)
    assert read(ledger, then) is not first
