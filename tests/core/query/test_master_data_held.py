"""What holds of master data, on small cases that a reader can check by hand."""

from typing import Any

import pytest

from epcis_core.codecs.jsonld import read_json_event
from epcis_core.codecs.jsonld_writer import members
from epcis_core.errors import QueryError
from epcis_core.model.base import Number
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.evaluation import satisfies
from epcis_core.query.fields import FIELDS, AttributeTest
from epcis_core.query.master_data import Element, MasterData, Version, held
from epcis_core.query.master_data_query import find_elements, parse_master_data_query
from epcis_core.query.parameters import parse_query
from tests.queries.against import Remembered

LOCATION = "urn:epcglobal:epcis:vtype:Location"
READ_POINT = "urn:epcglobal:epcis:vtype:ReadPoint"
NAME = "urn:epcglobal:cbv:mda:name"
CITY = "urn:epcglobal:cbv:mda:city"
SITE = "https://id.gs1.org/414/9506000134307"
SHED = f"{SITE}/254/shed"
SHELF = f"{SITE}/254/shelf"


def said(
    sequence: int,
    key: str,
    *attributes: tuple[str, Any],
    children: tuple[str, ...] = (),
    organisation: str = "farm",
    vocabulary: str = LOCATION,
) -> Version:
    return Version(sequence, organisation, vocabulary, key, attributes, children)


def attributes(*versions: Version) -> tuple[tuple[str, Any], ...]:
    (element,) = held(versions)
    return element.attributes


def children(*versions: Version) -> tuple[str, ...]:
    (element,) = held(versions)
    return element.children


def test_a_later_version_counts_attribute_by_attribute() -> None:
    first = said(1, SITE, (NAME, "Old"), (CITY, "Phan Rang"))
    second = said(2, SITE, (NAME, "New"))
    assert attributes(first, second) == ((CITY, "Phan Rang"), (NAME, "New"))
    assert attributes(second, first) == ((CITY, "Phan Rang"), (NAME, "New"))


def test_several_values_are_replaced_together() -> None:
    first = said(1, SITE, (NAME, "A"), (NAME, "B"))
    assert attributes(first) == ((NAME, "A"), (NAME, "B"))
    assert attributes(first, said(2, SITE, (NAME, "B"))) == ((NAME, "B"),)


def test_an_attribute_with_nothing_in_it_is_taken_back() -> None:
    assert attributes(said(1, SITE, (NAME, "A"), (CITY, "B")), said(2, SITE, (NAME, None))) == (
        (CITY, "B"),
    )


def test_senders_do_not_overrule_each_other() -> None:
    farm = said(1, SITE, (NAME, "A"), children=(SHED,))
    shop = said(2, SITE, (NAME, "B"), children=(SHELF, SHED), organisation="shop")
    gone = said(3, SITE, (NAME, None), organisation="shop")
    assert attributes(farm, shop) == ((NAME, "A"), (NAME, "B"))
    assert children(farm, shop) == (SHED, SHELF)
    assert attributes(farm, shop, gone) == ((NAME, "A"),)


def test_what_two_say_alike_is_there_once() -> None:
    value = {"ex:a": Number("1.50")}
    assert attributes(
        said(1, SITE, (NAME, value)), said(2, SITE, (NAME, dict(value)), organisation="shop")
    ) == ((NAME, value),)


def test_children_replace_the_senders_earlier_ones_and_absence_says_nothing() -> None:
    first, second = said(1, SITE, children=(SHED, SHELF)), said(2, SITE, children=(SHELF,))
    assert children(first, second) == (SHELF,)
    assert children(first, said(2, SITE, (NAME, "A"))) == (SHED, SHELF)


def test_an_identifier_in_two_vocabularies_is_two_elements_in_order() -> None:
    versions = [said(2, SITE, vocabulary=READ_POINT), said(1, SITE), said(3, SHED)]
    assert held(versions) == [
        Element(LOCATION, SITE, (), ()),
        Element(LOCATION, SHED, (), ()),
        Element(READ_POINT, SITE, (), ()),
    ]


def test_the_hierarchy_is_closed_over_senders_vocabularies_and_cycles() -> None:
    data = MasterData(
        [
            said(1, "urn:x:a", children=("urn:x:b",)),
            said(2, "urn:x:b", children=("urn:x:c",), organisation="shop"),
            said(3, "urn:x:c", children=("urn:x:a", "urn:x:d"), vocabulary=READ_POINT),
            said(4, "urn:x:self", children=("urn:x:self",)),
        ]
    )
    ring = {"urn:x:a", "urn:x:b", "urn:x:c", "urn:x:d"}
    assert data.below(["urn:x:a"]) == data.below(["urn:x:c"]) == ring
    assert data.below(["urn:x:d"]) == {"urn:x:d"}
    assert data.below(["urn:x:self", "urn:x:unknown"]) == {"urn:x:self", "urn:x:unknown"}
    assert data.below([]) == set()


def test_a_chain_of_ten_thousand_ends() -> None:
    data = MasterData([said(n, f"urn:x:{n}", children=(f"urn:x:{n + 1}",)) for n in range(10_000)])
    assert len(data.below(["urn:x:0"])) == 10_001


def test_a_number_is_compared_as_written_and_an_object_only_noticed() -> None:
    data = MasterData([said(1, SITE, (NAME, Number("1.50")), (CITY, {"ex:a": "b"}))])
    assert data.describes(SITE, AttributeTest((NAME,), ("1.50",)))
    assert not data.describes(SITE, AttributeTest((NAME,), ("1.5",)))
    assert data.describes(SITE, AttributeTest((CITY,)))
    assert not data.describes(SITE, AttributeTest((CITY,), ("b", '{"ex:a":"b"}')))
    assert not data.describes(SHED, AttributeTest((NAME,)))


EVENT = """{
  "type": "TransformationEvent",
  "eventTime": "2026-03-01T08:00:00+07:00", "eventTimeZoneOffset": "+07:00",
  "bizStep": "commissioning", "readPoint": {"id": "urn:epc:id:sgln:9506000.13430.shed"},
  "transformationID": "urn:x:run",
  "inputEPCList": ["https://id.gs1.org/01/09506000134352/21/1"],
  "outputQuantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.L1"}],
  "bizTransactionList": [{"bizTransaction": "urn:x:po"}],
  "sourceList": [
    {"type": "location", "source": "urn:epc:id:sgln:9506000.13430.shed"},
    {"type": "owning_party", "source": "urn:epc:id:pgln:9506000.13431"}
  ]
}"""


def remembered() -> Remembered:
    return Remembered(0, 0, "urn:x:1", read_json_event(EVENT), Namespaces())


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        (SHED, {"readPoint", "source", "sourceList"}),
        ("https://ref.gs1.org/cbv/BizStep-commissioning", {"bizStep"}),
        ("urn:x:run", {"transformationID"}),
        ("https://id.gs1.org/01/09506000134352/21/1", {"inputEPCList"}),
        ("https://id.gs1.org/01/09506000134352/10/L1", {"epcClass", "outputQuantityList"}),
        ("https://id.gs1.org/01/09506000134352", set()),
        ("urn:x:po", {"bizTransaction", "bizTransactionList"}),
        ("https://id.gs1.org/417/9506000134314", {"source", "sourceList"}),
        ("https://id.gs1.org/414/9506000134314", {"source", "sourceList"}),
        ("https://id.gs1.org/414/9506000134314/254/gate", set()),
    ],
)
def test_an_event_has_a_value_in_just_these_fields(key: str, fields: set[str]) -> None:
    """Which `HASATTR_` find the event where master data know this one element alone."""
    event, data = remembered(), MasterData([said(1, key, (NAME, "A"))])
    found = {
        field
        for field in FIELDS
        if satisfies(event, parse_query([(f"HASATTR_{field}", "name")]), data)
    }
    assert found == fields


def test_every_condition_must_hold() -> None:
    data = MasterData(
        [said(1, SITE, children=(SHED,)), said(2, SHED, (NAME, "A"), (CITY, "B"))],
    )
    event = remembered()

    def passes(*pairs: tuple[str, str]) -> bool:
        return satisfies(event, parse_query(pairs), data)

    within, name, city = ("WD_readPoint", SITE), "EQATTR_readPoint_name", "EQATTR_readPoint_city"
    assert passes()
    assert passes(within, (name, "A"), (name, "C"), (city, "B"))
    assert not passes(within, (name, "A"), (city, "C"))
    assert not passes(("WD_readPoint", SHELF), (name, "A"))
    assert not passes(("WD_bizLocation", SITE))


DATA = MasterData(
    [
        said(1, SITE, (NAME, "Site"), (CITY, "Phan Rang"), children=(SHED,)),
        said(2, SHED, (NAME, "Shed"), vocabulary=READ_POINT),
        said(3, "urn:x:bare"),
    ]
)


def answer(*pairs: tuple[str, str]) -> list[Any]:
    given = {"includeAttributes": "false", "includeChildren": "false", **dict(pairs)}
    query = parse_master_data_query([*given.items()])
    return [members(one) for one in query.shown(find_elements(query, DATA))]


@pytest.mark.parametrize(
    ("pair", "found"),
    [
        pytest.param(("vocabularyName", READ_POINT), [SHED], id="a vocabulary"),
        pytest.param(("EQ_name", "urn:x:bare"), ["urn:x:bare"], id="a name"),
        pytest.param(("WD_name", SITE), [SITE, SHED], id="a name and what is below"),
        pytest.param(("HASATTR", "city"), [SITE], id="an attribute"),
        pytest.param(("EQATTR_name", "Shed"), [SHED], id="a value"),
        pytest.param(("EQATTR_name", "shed"), [], id="no such value"),
    ],
)
def test_master_data_are_found_by(pair: tuple[str, str], found: list[str]) -> None:
    listed = [one["id"] for v in answer(pair) for one in v["vocabularyElementList"]]
    assert listed == found


def test_what_was_not_asked_for_is_not_shown() -> None:
    element = {
        "id": SITE,
        "attributes": [
            {"id": NAME, "attribute": "Site"},
            {"id": CITY, "attribute": "Phan Rang"},
        ],
        "children": (SHED,),
    }

    def shown(*pairs: tuple[str, str]) -> dict[str, Any]:
        ((vocabulary),) = answer(("EQ_name", SITE), *pairs)
        assert vocabulary["type"] == LOCATION
        (only,) = vocabulary["vocabularyElementList"]
        return {name: [*value] if name == "attributes" else value for name, value in only.items()}

    attributes, children = ("includeAttributes", "true"), ("includeChildren", "true")
    assert shown(attributes, children) == element
    assert shown(children) == {"id": SITE, "children": (SHED,)}
    assert shown(children, ("attributeNames", "city")) == {"id": SITE, "children": (SHED,)}
    assert shown(attributes, ("attributeNames", "city")) == {
        "id": SITE,
        "attributes": [{"id": CITY, "attribute": "Phan Rang"}],
    }
    assert shown(attributes, ("attributeNames", "state")) == {"id": SITE}


def test_more_elements_than_the_ceiling_are_an_error() -> None:
    assert len(answer(("maxElementCount", "3"))) == 2
    with pytest.raises(QueryError) as caught:
        answer(("maxElementCount", "2"))
    assert str(caught.value) == "More than maxElementCount = 2 match."
    assert caught.value.parameter == "maxElementCount"
