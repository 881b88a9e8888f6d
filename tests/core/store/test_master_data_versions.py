"""Master data in document headers: versions that later ones add to and never overwrite."""

from typing import Any

import pytest

from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.view import EVERYTHING, View
from tests.ingest.documents import (
    ITEM,
    NOW,
    SITE,
    captured,
    codes,
    document,
    item,
    master_data_xml,
    observed,
    place,
    statuses,
)

PARTY = "https://id.gs1.org/417/9506000134307"
SHED = f"{SITE}/254/shed-2"
PHONE = "https://ns.example.com/phone"
CBV = "urn:epcglobal:cbv:mda"


def versions(ledger: Ledger) -> list[tuple[int, str, tuple[str, ...]]]:
    """Sequence, identifier and names of every version, oldest first."""
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT sequence, canonical, names FROM vocabulary_element ORDER BY sequence"
        ).fetchall()
    return [(row[0], row[1], tuple(row[2])) for row in rows]


def name_of(ledger: Ledger, key: str, view: View = EVERYTHING) -> Any:
    with ledger.reading() as cursor:
        return Names(cursor, view).place(key).get("name")


def dated(day: int) -> str:
    return f"2026-03-{day:02}T08:00:00+07:00"


def send(ledger: Ledger, day: int, *elements: Any, **options: Any) -> None:
    """Capture a document of a day with one event, ever the same, and master data."""
    data = document(observed(), elements=list(elements), creationDate=dated(day))
    assert captured(ledger, data, **options).status == "accepted"


def test_a_changed_element_is_a_new_version_and_the_old_one_stays(ledger: Ledger) -> None:
    send(ledger, 1, place(SITE, name="Vườn Cũ"))
    send(ledger, 2, place(SITE, name="Vườn Mới"))
    assert versions(ledger) == [(1, SITE, ("Vườn Cũ",)), (3, SITE, ("Vườn Mới",))]
    assert name_of(ledger, SITE) == "Vườn Mới"
    assert name_of(ledger, SITE, View(up_to_sequence=2)) == "Vườn Cũ"
    assert name_of(ledger, SITE, View(up_to_sequence=0)) is None


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(place(SITE, name="Vườn", city="Phan Rang"), id="as it was"),
        pytest.param(place(SITE, city="Phan Rang", name="Vườn"), id="attributes in another order"),
    ],
)
def test_equal_content_adds_no_version(ledger: Ledger, same: Any) -> None:
    send(ledger, 1, place(SITE, name="Vườn", city="Phan Rang"))
    send(ledger, 2, same)
    assert len(versions(ledger)) == 1


def test_children_in_another_order_or_spelling_are_equal_content(ledger: Ledger) -> None:
    urn = "urn:epc:id:sgln:9506000.13430.shed-2"
    send(ledger, 1, {"id": SITE, "children": [SHED, "https://example.org/gate"]})
    send(ledger, 2, {"id": SITE, "children": ["https://example.org/gate", urn]})
    assert len(versions(ledger)) == 1
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT children FROM vocabulary_element").fetchall()
    assert rows == [([SHED, "https://example.org/gate"],)]


@pytest.mark.parametrize(
    "spelling", ["urn:epcglobal:cbv:mda:name", "urn:epcglobal:cbv:mda#name", "cbvmda:name"]
)
def test_an_attribute_id_in_another_spelling_is_equal_content(
    ledger: Ledger, spelling: str
) -> None:
    send(ledger, 1, place(SITE, name="Vườn"))
    attributes = [{"id": spelling, "attribute": "Vườn"}]
    send(ledger, 2, {"id": "urn:epc:id:sgln:9506000.13430.0", "attributes": attributes})
    assert versions(ledger) == [(1, SITE, ("Vườn",))]


def test_json_and_xml_say_the_same(ledger: Ledger) -> None:
    """The prefix of XML stands for the namespace without its colon, as in the standard's files."""
    send(ledger, 1, {**place(SITE, name="Vườn", city="Phan Rang"), "children": [SHED]})
    data = master_data_xml(
        f"""<VocabularyElement id="urn:epc:id:sgln:9506000.13430.0" xmlns:cbvmda="{CBV}">
             <attribute id="{CBV}#name">Vườn</attribute>
             <attribute id="cbvmda:city">Phan Rang</attribute>
             <children><id>urn:epc:id:sgln:9506000.13430.shed-2</id></children>
           </VocabularyElement>"""
    )
    assert captured(ledger, data).status == "accepted"
    assert len(versions(ledger)) == 1


def test_an_element_twice_in_one_document_is_not_new_the_next_day(ledger: Ledger) -> None:
    both = [place(SITE, name="Vườn"), place(SITE, city="Phan Rang")]
    send(ledger, 1, *both)
    send(ledger, 2, *both)
    assert len(versions(ledger)) == 2
    send(ledger, 3, *both, place(SITE, city="Ninh Thuận"))
    assert len(versions(ledger)) == 3
    send(ledger, 4, both[0])
    send(ledger, 5, both[0])
    assert len(versions(ledger)) == 4


def attribute_rows(ledger: Ledger) -> list[tuple[Any, ...]]:
    with ledger.reading() as cursor:
        return cursor.execute(
            "SELECT position, name, value, is_null FROM element_attribute ORDER BY ALL"
        ).fetchall()


def test_values_are_kept_one_by_one(ledger: Ledger) -> None:
    number = '{"id": "cbvmda:latitude", "attribute": 11.50}'
    event = document(observed())  # json.dumps would write 11.5
    element = (
        f'{{"id": "{SITE}", "attributes": [{number}, {{"id": "cbvmda:name", "attribute": "A"}}, '
        '{"id": "cbvmda:name", "attribute": "B"}, {"id": "ex:nothing"}, '
        '{"id": "ex:deep", "attribute": {"ex:a": [1.50]}}]}'
    )
    header = (
        '{"epcisHeader": {"epcisMasterData": {"vocabularyList": [{"type": '
        f'"urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": [{element}]}}]}}}}, '
    )
    assert captured(ledger, header.encode() + event[1:]).status == "accepted"
    assert attribute_rows(ledger) == [
        (0, "urn:epcglobal:cbv:mda:latitude", "11.50", False),
        (1, "urn:epcglobal:cbv:mda:name", "A", False),
        (2, "urn:epcglobal:cbv:mda:name", "B", False),
        (3, "https://ns.example.com/nothing", None, True),
        (4, "https://ns.example.com/deep", None, False),
    ]


def test_nested_xml_is_kept(ledger: Ledger) -> None:
    data = master_data_xml(
        f"""<VocabularyElement id="{SITE}" xmlns:ex="https://ns.example.com/">
             <attribute id="ex:address"><ex:road>1 Bến <b>Cũ</b></ex:road><ex:floor/></attribute>
             <attribute id="{CBV}:name"/>
           </VocabularyElement>"""
    )
    assert captured(ledger, data).status == "accepted"
    assert attribute_rows(ledger) == [
        (0, "https://ns.example.com/address", None, False),
        (1, "urn:epcglobal:cbv:mda:name", None, True),
    ]
    with ledger.reading() as cursor:
        assert Names(cursor, EVERYTHING).place(SITE) == {
            "address": {"ex:road": {"#xml": "1 Bến <b>Cũ</b>"}, "ex:floor": ""}
        }


def test_master_data_in_the_header_of_a_master_data_document_count_too(ledger: Ledger) -> None:
    body = f'<VocabularyElement id="{SITE}"/>'
    header = f'<VocabularyElement id="{SHED}"/>'
    assert captured(ledger, master_data_xml(body, header=header)).status == "accepted"
    assert [key for _, key, _ in versions(ledger)] == [SITE, SHED]


def test_the_same_element_in_another_spelling_is_the_same_place(ledger: Ledger) -> None:
    send(ledger, 1, place(SITE, name="Vườn"))
    send(ledger, 2, place("urn:epc:id:sgln:9506000.13430.0", name="Vườn Mới"))
    assert [key for _, key, _ in versions(ledger)] == [SITE, SITE]
    assert name_of(ledger, SITE) == "Vườn Mới"


def test_master_data_beside_duplicates_alone_are_stored(ledger: Ledger) -> None:
    captured(ledger, document(observed()))
    report = captured(
        ledger, document(observed(), elements=[place(SITE, name="Vườn")], creationDate=dated(9))
    )
    assert (report.status, statuses(report)) == ("accepted", ["duplicate"])
    assert versions(ledger) == [(2, SITE, ("Vườn",))]


def test_master_data_without_any_event_are_stored(ledger: Ledger) -> None:
    report = captured(ledger, document(elements=[place(SITE, name="Vườn")]))
    assert (report.status, codes(report)) == ("accepted", [])
    assert versions(ledger) == [(0, SITE, ("Vườn",))]


def test_a_rejected_document_leaves_no_master_data(ledger: Ledger) -> None:
    bad = observed(action="ERASE")
    report = captured(ledger, document(bad, elements=[place(SITE, name="Vườn")]))
    assert report.status == "rejected"
    assert versions(ledger) == []


def test_an_old_document_sent_again_brings_nothing_back(ledger: Ledger) -> None:
    for round_ in range(3):
        send(ledger, 1, place(SITE, name="Vườn Cũ"), now=NOW + round_)
        send(ledger, 2, place(SITE, name="Vườn Mới"), now=NOW + round_)
        assert len(versions(ledger)) == 2
        assert name_of(ledger, SITE) == "Vườn Mới"


def test_a_name_may_be_taken_back_by_a_later_document(ledger: Ledger) -> None:
    for day, name in enumerate(["Vườn Cũ", "Vườn Mới", "Vườn Cũ"], start=1):
        send(ledger, day, place(SITE, name=name))
    assert [names for _, _, names in versions(ledger)] == [
        ("Vườn Cũ",),
        ("Vườn Mới",),
        ("Vườn Cũ",),
    ]
    assert name_of(ledger, SITE) == "Vườn Cũ"


def test_a_rejected_document_may_be_sent_again_with_its_master_data(ledger: Ledger) -> None:
    elements = [place(SITE, name="Vườn")]
    bad = document(observed(action="ERASE"), elements=elements)
    assert captured(ledger, bad).status == "rejected"
    assert captured(ledger, document(observed(), elements=elements)).status == "accepted"
    assert len(versions(ledger)) == 1


def test_each_organisation_has_versions_of_its_own(ledger: Ledger) -> None:
    for _ in range(2):
        send(ledger, 1, place(SITE, name="Vườn A"), organisation="farm")
        send(ledger, 2, place(SITE, name="Vườn B"), organisation="shop")
    assert len(versions(ledger)) == 2
    assert name_of(ledger, SITE, View(viewer="farm")) == "Vườn A"
    assert name_of(ledger, SITE, View(viewer="shop")) == "Vườn B"


def test_one_element_twice_in_a_document_is_as_good_as_once(ledger: Ledger) -> None:
    send(ledger, 1, place(SITE, name="Vườn"), place(SITE, name="Vườn"))
    assert len(versions(ledger)) == 1


def test_what_a_sender_takes_back_another_still_says(ledger: Ledger) -> None:
    send(ledger, 1, place(SITE, name="Vườn A"), organisation="farm")
    send(ledger, 2, place(SITE, name="Vườn B"), organisation="shop")
    assert name_of(ledger, SITE) == "Vườn B"
    nothing = {"id": SITE, "attributes": [{"id": "urn:epcglobal:cbv:mda:name"}]}
    send(ledger, 3, nothing, organisation="shop")
    assert name_of(ledger, SITE) == "Vườn A"
    send(ledger, 4, nothing, organisation="farm")
    assert name_of(ledger, SITE) is None


def test_a_product_is_called_by_its_description_where_it_has_no_name(ledger: Ledger) -> None:
    send(ledger, 1, place(ITEM, regulatedProductName="Nho tươi"))
    with ledger.reading() as cursor:
        names = Names(cursor, EVERYTHING)
        assert names.product("09506000134352")["name"] == "Nho tươi"
        assert names.search("nho") == [(ITEM, "Nho tươi")]
    send(ledger, 2, place(ITEM, descriptionShort="Nho đỏ"))
    send(ledger, 3, place(ITEM, regulatedProductName="Nho ăn tươi"))
    with ledger.reading() as cursor:
        assert Names(cursor, EVERYTHING).product("09506000134352")["name"] == "Nho đỏ"


def test_what_a_later_version_does_not_mention_stays(ledger: Ledger) -> None:
    send(ledger, 1, place(SITE, name="Vườn", phone="+84 259 000 0000"))
    send(ledger, 2, place(SITE, name="Vườn Mới"))
    with ledger.reading() as cursor:
        assert Names(cursor, EVERYTHING).place(SITE) == {
            "name": "Vườn Mới",
            "phone": "+84 259 000 0000",
        }


@pytest.mark.parametrize(
    ("known", "asked", "method"),
    [
        pytest.param(PARTY, PARTY, "party", id="a party by its own key"),
        pytest.param(SITE, PARTY, "party", id="a party by the place of its GLN"),
        pytest.param(SHED, SHED, "place", id="a part of a site"),
        pytest.param(SITE, SHED, "place", id="a part without data, by its site"),
        pytest.param(PARTY, SHED, "place", id="a part without data, by the party of the GLN"),
    ],
)
def test_names_are_found_the_long_way_round(
    ledger: Ledger, known: str, asked: str, method: str
) -> None:
    send(ledger, 1, place(known, name="Gió Cát"))
    with ledger.reading() as cursor:
        names = Names(cursor, EVERYTHING)
        assert getattr(names, method)(asked) == {"name": "Gió Cát"}
        assert getattr(names, method)(asked.replace("9506000134307", "9506000134314")) == {}


def test_attributes_are_known_by_their_last_word_and_kept_by_their_full_id(ledger: Ledger) -> None:
    element = {
        "id": SITE,
        "attributes": [
            {"id": "urn:epcglobal:cbv:mda#name", "attribute": "Vườn"},
            {"id": "ex:phone", "attribute": "+84 259 000 0000"},
        ],
    }
    send(ledger, 1, element)
    with ledger.reading() as cursor:
        assert Names(cursor, EVERYTHING).place(SITE) == {
            "name": "Vườn",
            "phone": "+84 259 000 0000",
        }
        rows = cursor.execute("SELECT attributes FROM vocabulary_element").fetchall()
    assert rows == [(["urn:epcglobal:cbv:mda#name", PHONE],)]


def test_the_owner_of_a_place_is_its_party_in_any_spelling(ledger: Ledger) -> None:
    owner = {"id": "urn:epcglobal:cbv:owning_party", "attribute": "urn:epc:id:pgln:9506000.13431"}
    send(
        ledger,
        1,
        {"id": SITE, "attributes": [owner]},
        place(SHED, name="without an owner"),
        {"id": item("1"), "attributes": [owner]},
    )
    with ledger.reading() as cursor:
        assert Names(cursor, EVERYTHING).owners() == {SITE: "https://id.gs1.org/417/9506000134314"}


def counted(ledger: Ledger, data: bytes, **options: Any) -> tuple[int, int, int]:
    """How many elements of a document are new, changed and known."""
    counts = captured(ledger, data, **options).master_data
    return counts.new, counts.changed, counts.known


def test_elements_are_counted_as_new_changed_or_known(ledger: Ledger) -> None:
    farm, shed = place(SITE, name="Vườn"), place(f"{SITE}/254/shed", name="Kho")
    assert counted(ledger, document(observed())) == (0, 0, 0)
    assert counted(ledger, document(elements=[farm, shed])) == (2, 0, 0)
    assert counted(ledger, document(elements=[farm, shed])) == (0, 0, 2)
    spelled = {**farm, "id": "urn:epc:id:sgln:9506000.13430.0"}
    changed = place(f"{SITE}/254/shed", name="Kho lạnh")
    assert counted(ledger, document(elements=[spelled, changed, place("urn:x:y")])) == (1, 1, 1)
    assert counted(ledger, document(elements=[farm, shed])) == (0, 0, 2)  # it was sent before
    assert counted(ledger, document(elements=[farm]), organisation="shop") == (1, 0, 0)


def test_an_element_that_stands_in_a_document_twice_is_counted_once(ledger: Ledger) -> None:
    twice = [place(SITE, name="A"), place(SITE, city="B"), place(SITE, name="A")]
    assert counted(ledger, document(elements=twice)) == (1, 0, 0)
    assert counted(ledger, document(elements=twice, id="urn:x:2")) == (0, 0, 1)
    again = document(elements=[*twice, place(SITE, name="C")], id="urn:x:3")
    assert counted(ledger, again) == (0, 1, 0)


def test_a_rejected_document_counts_no_element(ledger: Ledger) -> None:
    data = document(observed(action="ERASE"), elements=[place(SITE, name="A")])
    assert counted(ledger, data) == (0, 0, 0)
    assert counted(ledger, data, proceed=True) == (0, 0, 0)  # nothing was left to store
    assert counted(ledger, document(elements=[place(SITE, name="A")])) == (1, 0, 0)
