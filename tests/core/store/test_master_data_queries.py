"""Queries on master data in the store: by hand, and against what is meant, in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.errors import QueryError
from epcis_core.model.base import Number
from epcis_core.model.master_data import Vocabulary, element_key
from epcis_core.query.evaluation import satisfies
from epcis_core.query.fields import FIELDS
from epcis_core.query.master_data import MasterData, Version
from epcis_core.query.master_data_query import find_elements, parse_master_data_query
from epcis_core.query.parameters import parse_query
from epcis_core.store.events import all_events
from epcis_core.store.file_format import shipped_migrations
from epcis_core.store.ledger import Ledger
from epcis_core.store.master_data_query import query_master_data
from epcis_core.store.query import query_events
from epcis_core.store.view import EVERYTHING, View
from tests.conftest import TEST_SCALE
from tests.ingest.documents import SITE, captured, document, item, observed, place
from tests.strategies.master_data import (
    ALWAYS,
    ELEMENTS,
    EVENTS,
    SEEN,
    Sent,
    element_queries,
    event_queries,
    histories,
)

SHED = f"{SITE}/254/shed"
SHELF = f"{SITE}/254/shelf"
LOCATION = "urn:epcglobal:epcis:vtype:Location"
BOTH = [("includeAttributes", "true"), ("includeChildren", "true")]


def send(ledger: Ledger, day: int, *elements: Any, **options: Any) -> int:
    """Capture master data and return the last sequence of the ledger."""
    data = document(elements=list(elements), creationDate=f"2026-03-{day:02}T08:00:00+07:00")
    assert captured(ledger, data, **options).status == "accepted"
    return last_sequence(ledger)


def last_sequence(ledger: Ledger) -> int:
    with ledger.reading() as cursor:
        row = cursor.execute("SELECT coalesce(max(sequence), -1) FROM entry").fetchall()[0]
        return int(row[0])


def below(key: str, *children: str) -> dict[str, Any]:
    return {"id": key, "children": list(children)}


def found(ledger: Ledger, *pairs: tuple[str, str], view: View = EVERYTHING) -> list[str]:
    events = query_events(ledger, view, parse_query(pairs))
    return [stored.event_id.removeprefix("urn:x:") for stored in events]


@pytest.fixture
def seen(ledger: Ledger) -> Ledger:
    """A ledger with events at a site, a shed and a shelf."""
    for name, spelling in {
        "site": SITE,
        "shed": "urn:epc:id:sgln:9506000.13430.shed",
        "shelf": "https://farm.example/414/9506000134307/254/shelf",
    }.items():
        event = observed(item(name), eventID=f"urn:x:{name}", readPoint={"id": spelling})
        assert captured(ledger, document(event)).status == "accepted"
    return ledger


def test_a_hierarchy_is_closed_whatever_its_spelling_and_sender(seen: Ledger) -> None:
    before = last_sequence(seen)
    send(seen, 1, below("urn:epc:id:sgln:9506000.13430.0", SHED), organisation="farm")
    half = send(seen, 2, below(SHED, "urn:epc:id:sgln:9506000.13430.shelf"), organisation="shop")
    query = ("WD_readPoint", SITE)
    assert found(seen, query) == ["site", "shed", "shelf"]
    assert found(seen, query, view=View(up_to_sequence=half - 2)) == ["site", "shed"]
    assert found(seen, query, view=View(up_to_sequence=before)) == ["site"]
    assert found(seen, ("WD_readPoint", SHED)) == ["shed", "shelf"]
    assert found(seen, ("WD_readPoint", SHELF)) == ["shelf"]
    assert found(seen, ("WD_bizLocation", SITE)) == []


def test_a_cycle_ends(seen: Ledger) -> None:
    send(seen, 1, below(SITE, SHED), below(SHED, SITE, SHED))
    assert found(seen, ("WD_readPoint", SITE)) == ["site", "shed"]
    assert found(seen, ("WD_readPoint", SHED)) == ["site", "shed"]


def test_children_replace_those_of_the_same_sender_alone(seen: Ledger) -> None:
    first = send(seen, 1, below(SITE, SHED), organisation="farm")
    send(seen, 2, below(SITE, SHELF), organisation="shop")
    send(seen, 3, below(SITE, "urn:x:other"), organisation="farm")
    assert found(seen, ("WD_readPoint", SITE)) == ["site", "shelf"]
    assert found(seen, ("WD_readPoint", SITE), view=View(up_to_sequence=first)) == ["site", "shed"]
    send(seen, 4, place(SITE, name="Vườn"), organisation="shop")
    assert found(seen, ("WD_readPoint", SITE)) == ["site", "shelf"]


def test_a_viewer_asks_by_its_own_master_data(seen: Ledger) -> None:
    for sender in ("farm", "shop"):
        event = observed(item(sender), eventID=f"urn:x:{sender}", readPoint={"id": SHED})
        assert captured(seen, document(event), organisation=sender).status == "accepted"
    send(seen, 1, below(SITE, SHED), organisation="farm")
    query = ("WD_readPoint", SITE)
    assert found(seen, query) == ["site", "shed", "farm", "shop"]
    assert found(seen, query, view=View(viewer="farm")) == ["farm"]
    assert found(seen, query, view=View(viewer="shop")) == []


def test_attributes_are_asked_for_as_they_hold(seen: Ledger) -> None:
    old = send(seen, 1, place(SITE, name="Vườn Cũ", city="Phan Rang"))
    send(seen, 2, place(SITE, name="Vườn Mới"))
    send(seen, 3, place(SHED, name="Vườn Cũ"), organisation="shop")
    assert found(seen, ("EQATTR_readPoint_name", "Vườn Cũ")) == ["shed"]
    past = View(up_to_sequence=old)
    assert found(seen, ("EQATTR_readPoint_name", "Vườn Cũ"), view=past) == ["site"]
    assert found(seen, ("EQ_ATTR_readPoint_cbvmda:city", "Phan Rang")) == ["site"]
    assert found(seen, ("HASATTR_readPoint", "urn:epcglobal:cbv:mda#name")) == ["site", "shed"]
    send(seen, 4, {"id": SITE, "attributes": [{"id": "cbvmda:name"}]})
    assert found(seen, ("HASATTR_readPoint", "name")) == ["shed"]
    send(seen, 5, {"id": SITE, "attributes": [{"id": "ex:phone"}]})
    either = [("HASATTR_readPoint", "city"), ("HASATTR_readPoint", "https://ns.example.com/phone")]
    assert found(seen, *either) == ["site"]


def test_every_field_finds_its_events_in_another_spelling(ledger: Ledger) -> None:
    """Of each thing the master data use the first spelling, and the events mostly the last."""
    moving = "urn:epcglobal:cbv:disp:in_transit"
    things = {**{key: spellings[0] for key, spellings in ELEMENTS.items()}, moving: moving}
    known = [place(spelling, name=key) for key, spelling in things.items()]
    assert captured(ledger, document(*EVENTS, elements=known)).status == "accepted"
    data = MasterData(
        Version(n, "", LOCATION, element_key(key), (("urn:epcglobal:cbv:mda:name", key),))
        for n, key in enumerate(things)
    )
    events = list(all_events(ledger, EVERYTHING))
    finding = set()
    for field in FIELDS:
        for keys in ([*things][::2], [*things][1::2]):
            query = parse_query([(f"EQATTR_{field}_name", key) for key in keys])
            expected = [one.event_id for one in events if satisfies(one, query, data)]
            assert [e.event_id for e in query_events(ledger, EVERYTHING, query)] == expected
            finding |= {field} if expected else set()
    assert finding == {*FIELDS}


@pytest.mark.parametrize("asked", ["Vườn Cũ", "  Vườn Cũ", "Vườn Cũ\t\r\n"])
def test_blanks_around_a_value_do_not_count_on_either_side(seen: Ledger, asked: str) -> None:
    send(seen, 1, place(SITE, name="\n   Vườn Cũ\t "), place(SHED, name="Vườn  Cũ"))
    assert found(seen, ("EQATTR_readPoint_name", asked)) == ["site"]
    assert found(seen, ("EQATTR_readPoint_name", "Vườn  Cũ")) == ["shed"]
    (one,) = query_master_data(
        seen, EVERYTHING, parse_master_data_query([*BOTH, ("EQATTR_name", asked)])
    )
    (site,) = one.vocabulary_element_list
    assert [said.attribute for said in site.attributes] == ["\n   Vườn Cũ\t "]


def test_an_identifier_with_blanks_around_it_is_found_in_its_other_spelling(seen: Ledger) -> None:
    send(seen, 1, place(SITE, owning_party=" urn:epc:id:pgln:4012345.00005\n"))
    query = ("EQATTR_readPoint_owning_party", "https://id.gs1.org/417/4012345000054 ")
    assert found(seen, query) == ["site"]


def test_a_quote_in_a_value_is_a_letter(seen: Ledger) -> None:
    evil = "' OR '1' = '1"
    send(seen, 1, place(SITE, name="A'B"))
    assert found(seen, ("EQATTR_readPoint_name", "A'B")) == ["site"]
    for pair in [
        ("EQATTR_readPoint_name", evil),
        (f"EQATTR_readPoint_{evil}", "A"),
        ("HASATTR_readPoint", evil),
        ("WD_readPoint", evil),
    ]:
        assert found(seen, pair) == []
    query = parse_master_data_query([*BOTH, ("vocabularyName", evil)])
    assert query_master_data(seen, EVERYTHING, query) == ()


def elements(answer: tuple[Vocabulary, ...]) -> dict[tuple[str, str], tuple[list[Any], list[str]]]:
    """Vocabulary and id to attributes and children."""
    return {
        (vocabulary.type, element.id): (
            [(one.id, one.attribute) for one in element.attributes],
            [*element.children],
        )
        for vocabulary in answer
        for element in vocabulary.vocabulary_element_list
    }


def test_master_data_are_asked_for_directly(ledger: Ledger) -> None:
    send(ledger, 1, {**place(SITE, name="Vườn", city="Phan Rang"), **below(SITE, SHED)})
    past = last_sequence(ledger)
    send(ledger, 2, place("urn:epc:id:sgln:9506000.13430.shed", name="Kho"), organisation="shop")
    send(ledger, 3, place(SITE, name="Vườn B"), organisation="shop")
    name = "urn:epcglobal:cbv:mda:name"

    def asked(*pairs: tuple[str, str], view: View = EVERYTHING) -> Any:
        return elements(query_master_data(ledger, view, parse_master_data_query([*BOTH, *pairs])))

    site = [(name, "Vườn"), ("urn:epcglobal:cbv:mda:city", "Phan Rang"), (name, "Vườn B")]
    assert asked(("WD_name", SITE)) == {
        (LOCATION, SITE): (site, [SHED]),
        (LOCATION, SHED): ([(name, "Kho")], []),
    }
    assert asked(("EQATTR_name", "Vườn")) == {(LOCATION, SITE): (site, [SHED])}
    assert asked(view=View(up_to_sequence=past)) == {(LOCATION, SITE): (site[:2], [SHED])}
    assert asked(view=View(viewer="shop")) == {
        (LOCATION, SITE): ([(name, "Vườn B")], []),
        (LOCATION, SHED): ([(name, "Kho")], []),
    }
    assert len(asked(("maxElementCount", "2"))) == 2
    with pytest.raises(QueryError, match=r"^More than maxElementCount = 1 match\.$"):
        asked(("maxElementCount", "1"))


def test_values_come_back_as_written_with_names_in_full(ledger: Ledger) -> None:
    header = (
        '{"epcisHeader": {"epcisMasterData": {"vocabularyList": [{"type": "urn:x:own", '
        '"vocabularyElementList": [{"id": "urn:x:a", "attributes": ['
        '{"id": "ex:area", "attribute": 1.50}, '
        '{"id": "ex:deep", "attribute": {"ex:a": [{"ex:b": 1e2}], "c": true}}]}]}]}}, '
    )
    assert captured(ledger, header.encode() + document()[1:]).status == "accepted"
    query = parse_master_data_query(BOTH)
    ((vocabulary),) = query_master_data(ledger, EVERYTHING, query)
    (element,) = vocabulary.vocabulary_element_list
    namespace = "https://ns.example.com/"
    assert [(a.id, a.attribute) for a in element.attributes] == [
        (f"{namespace}area", Number("1.50")),
        (
            f"{namespace}deep",
            {f"{namespace}a": [{f"{namespace}b": Number("1e2")}], "c": True},
        ),
    ]


def test_what_an_older_file_knows_is_found_too(tmp_path: Path) -> None:
    """A file of format 1, which knew no rows of attributes."""
    path = tmp_path / "old.duckdb"
    body = (
        '{"id":"urn:x:a","attributes":[{"id":"urn:epcglobal:cbv:mda#name","attribute":"Vườn"},'
        '{"id":"ex:number","attribute":150},{"id":"ex:deep","attribute":{"ex:a":"b"}},'
        '{"id":"ex:nothing"}]}'
    )
    names = ["urn:epcglobal:cbv:mda#name", "urn:x:number", "urn:x:deep", "urn:x:nothing"]
    insert = "INSERT INTO vocabulary_element VALUES (?, 0, 'farm', 't', ?, ?, [], ?, [], '', ?)"
    with Ledger.open(path, migrations=shipped_migrations()[:1]) as ledger, ledger.writing() as old:
        old.execute(insert, [7, "urn:x:a", "urn:x:a", names, body])
        old.execute(insert, [8, "urn:x:b", "urn:x:b", [], '{"id":"urn:x:b"}'])
        old.execute(insert, [9, "urn:x:c", "urn:x:c", names, None])  # erased
    with Ledger.open(path) as ledger, ledger.reading() as cursor:
        rows = cursor.execute("SELECT * FROM element_attribute ORDER BY ALL").fetchall()
    assert rows == [
        (7, 0, "urn:epcglobal:cbv:mda:name", "Vườn", False),
        (7, 1, "urn:x:number", "150", False),
        (7, 2, "urn:x:deep", None, False),
        (7, 3, "urn:x:nothing", None, True),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("histories")


@contextmanager
def arrived(path: Path, history: tuple[Sent, ...]) -> Iterator[tuple[Ledger, list[int]]]:
    """Capture a history; the last sequences before the first and after each document."""
    path.unlink(missing_ok=True)
    with Ledger.open(path) as ledger:
        ends = [-1]
        for sent in history:
            report = captured(ledger, sent.data(), organisation=sent.organisation)
            assert report.status == "accepted", report.as_json("en")
            ends.append(last_sequence(ledger))
        yield ledger, ends


@settings(max_examples=max(1, int(15 * TEST_SCALE)))
@given(
    history=histories(),
    asked_of_events=st.lists(event_queries, min_size=6, max_size=6),
    asked_of_elements=st.lists(element_queries, min_size=3, max_size=3),
    seen=SEEN,
)
def test_sql_agrees_with_what_is_meant(
    folder: Path,
    history: tuple[Sent, ...],
    asked_of_events: list[list[tuple[str, str]]],
    asked_of_elements: list[list[tuple[str, str]]],
    seen: tuple[str | None, int],
) -> None:
    """Random master data of two senders, events and queries, seen by each and as of each document.

    What is known comes from the generator, not from the ledger; so do the spellings.
    """
    viewer, until = seen
    known = history[:until]
    data = MasterData(
        version
        for sent in known
        if viewer in {None, sent.organisation}
        for version in sent.versions()
    )
    with arrived(folder / "ledger.duckdb", history) as (ledger, ends):
        view = View(viewer, ends[until] if until < len(history) else None)
        events = list(all_events(ledger, view))
        for pairs in (*ALWAYS, *asked_of_events):
            query = parse_query(pairs)
            expected = [one.event_id for one in events if satisfies(one, query, data)]
            assert [one.event_id for one in query_events(ledger, view, query)] == expected, pairs
        for pairs in ([], *asked_of_elements):
            wanted = parse_master_data_query([*BOTH, *pairs])
            answer = elements(query_master_data(ledger, view, wanted))
            assert unordered(answer) == unordered(
                {
                    (one.vocabulary, one.key): (
                        [(name, in_full(value)) for name, value in one.attributes],
                        [*one.children],
                    )
                    for one in find_elements(wanted, data)
                }
            ), pairs


def unordered(answer: dict[Any, tuple[list[Any], list[str]]]) -> dict[Any, Any]:
    return {
        element: (sorted(attributes, key=repr), set(children))
        for element, (attributes, children) in answer.items()
    }


def in_full(value: Any) -> Any:
    """The generator's value as the ledger gives it back."""
    return {"https://ns.example.com/inner": value[1]} if isinstance(value, tuple) else value
