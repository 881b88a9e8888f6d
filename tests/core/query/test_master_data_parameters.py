"""Reading `WD_`, `HASATTR_` and `EQATTR_`, and the parameters of SimpleMasterDataQuery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import QueryError
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import Role
from epcis_core.query.conditions import Condition
from epcis_core.query.fields import (
    FIELDS,
    AttributeTest,
    Described,
    ExtensionField,
    Objects,
    OneValue,
    TypedValues,
    Within,
)
from epcis_core.query.master_data_query import MasterDataQuery, parse_master_data_query
from epcis_core.query.names import field_names
from epcis_core.query.parameters import parse_query

NAME = "urn:epcglobal:cbv:mda:name"
PHONE = "https://ns.example.com/phone"
SHED = "https://id.gs1.org/414/9506000134307/254/shed"
BOTH = [("includeAttributes", "true"), ("includeChildren", "true")]


def asked(*pairs: tuple[str, str]) -> tuple[Condition, ...]:
    return parse_query(pairs).conditions


def refusal(*pairs: tuple[str, str]) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse_query(pairs)
    return caught.value


@pytest.mark.parametrize(
    "spelling",
    [
        "urn:epcglobal:cbv:mda:name",
        "urn:epcglobal:cbv:mda#name",
        "cbvmda:name",
        "name",
    ],
)
def test_an_attribute_of_the_cbv_is_one_in_all_spellings(spelling: str) -> None:
    (has,) = asked(("HASATTR_readPoint", spelling))
    assert has == Described(OneValue("read_point"), AttributeTest((NAME,)))
    (equal,) = asked((f"EQATTR_readPoint_{spelling}", "Vườn"))
    assert equal == Described(OneValue("read_point"), AttributeTest((NAME,), ("Vườn",)))


@pytest.mark.parametrize("family", ["EQATTR_", "EQ_ATTR_"])
def test_both_names_of_the_family_are_read(family: str) -> None:
    (found,) = asked((f"{family}bizLocation_{PHONE}_mobile", "1"))
    assert found == Described(OneValue("biz_location"), AttributeTest((f"{PHONE}_mobile",), ("1",)))


def test_a_repeated_parameter_is_a_list_and_two_parameters_are_two_conditions() -> None:
    conditions = asked(
        ("HASATTR_epcClass", "name"),
        ("EQATTR_epcClass_name", "Nho"),
        ("HASATTR_epcClass", PHONE),
        ("EQATTR_epcClass_name", "Táo"),
    )
    everywhere = Objects((Role.EPC, Role.CHILD, Role.INPUT, Role.OUTPUT), is_class=True)
    assert conditions == (
        Described(everywhere, AttributeTest((NAME, PHONE))),
        Described(everywhere, AttributeTest((NAME,), ("Nho", "Táo"))),
    )


@pytest.mark.parametrize(
    ("value", "spellings"),
    [
        pytest.param("Gió, Cát: 5", ("Gió, Cát: 5",), id="text"),
        pytest.param("9506000134307", ("9506000134307",), id="digits alone"),
        pytest.param("geo:11.5,108.9", ("geo:11.5,108.9",), id="a URI that is no key"),
        pytest.param(
            "urn:epc:id:pgln:4012345.99999.9",
            ("urn:epc:id:pgln:4012345.99999.9",),
            id="no right key",
        ),
        pytest.param(
            "https://id.gs1.org/417/4012345000054",
            ("https://id.gs1.org/417/4012345000054", "urn:epc:id:pgln:4012345.00005"),
            id="Digital Link",
        ),
        pytest.param(
            "https://farm.example/417/4012345000054",
            (
                "https://farm.example/417/4012345000054",
                "https://id.gs1.org/417/4012345000054",
                "urn:epc:id:pgln:4012345.00005",
            ),
            id="Digital Link of one's own domain",
        ),
        pytest.param(
            "urn:epc:id:pgln:4012345.00005",
            ("urn:epc:id:pgln:4012345.00005", "https://id.gs1.org/417/4012345000054"),
            id="EPC URI",
        ),
    ],
)
def test_a_value_that_is_an_identifier_counts_in_each_spelling(
    value: str, spellings: tuple[str, ...]
) -> None:
    (found,) = asked(("EQATTR_readPoint_urn:x:owner", value))
    assert isinstance(found, Described)
    assert found.test == AttributeTest(("urn:x:owner",), spellings)


def test_places_with_what_is_below_them_are_read_in_any_spelling() -> None:
    conditions = asked(
        ("WD_readPoint", "urn:epc:id:sgln:9506000.13430.shed"),
        ("WD_bizLocation", "https://farm.example/414/9506000134307/254/shed"),
        ("WD_readPoint", "geo:11.5,108.9"),
    )
    assert conditions == (
        Within("read_point", (SHED, "geo:11.5,108.9")),
        Within("biz_location", (SHED,)),
    )


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("HASATTR_readpoint", "HASATTR_readPoint", id="a misspelt field"),
        pytest.param(
            "EQ_ATTR_bizLocatoin_name",
            "EQ_ATTR_bizLocation_name",
            id="a misspelt field with an attribute",
        ),
        pytest.param("EQATTR_readPoint", "EQATTR_readPoint_…", id="no attribute"),
    ],
)
def test_a_wrong_field_is_named(name: str, nearest: str) -> None:
    error = refusal((name, "x"))
    assert str(error) == f"There is no query parameter {name}; did you mean {nearest!r}?"
    assert (error.parameter, error.nearest) == (name, nearest)


@pytest.mark.parametrize(
    ("name", "field", "attribute"),
    [
        ("EQATTR_ex:farm_house_name", "ex:farm_house", "urn:epcglobal:cbv:mda:name"),
        ("EQATTR_ex:farm_house_cbvmda:city", "ex:farm_house", "urn:epcglobal:cbv:mda:city"),
        (
            "EQ_ATTR_https://ns.example.com/x_y#farm_house_urn:x:own_er",
            "https://ns.example.com/x_y#farm_house",
            "urn:x:own_er",
        ),
    ],
)
def test_a_field_of_an_extension_is_told_from_the_attribute_behind_it(
    name: str, field: str, attribute: str
) -> None:
    (found,) = asked((name, "x"))
    assert found == Described(
        ExtensionField(field_names(field, Namespaces())), AttributeTest((attribute,), ("x",))
    )
    (has,) = asked((f"HASATTR_{field}", "name"))
    assert has == Described(
        ExtensionField(field_names(field, Namespaces())), AttributeTest((NAME,))
    )


def test_every_part_of_an_event_that_has_an_identifier_is_a_field() -> None:
    fields = list(FIELDS.values())
    assert {field.name for field in fields if isinstance(field, OneValue)} == {
        "read_point",
        "biz_location",
        "biz_step",
        "disposition",
        "transformation_id",
    }
    assert {(field.list, field.member) for field in fields if isinstance(field, TypedValues)} == {
        ("biz_transaction_list", "biz_transaction"),
        ("source_list", "source"),
        ("destination_list", "destination"),
    }
    one_role = [one for one in fields if isinstance(one, Objects) and len(one.roles) == 1]
    assert {(*field.roles, field.is_class) for field in one_role} == {
        (role, is_class) for role in Role for is_class in (False, True)
    } - {(Role.PARENT, True)}


@given(
    name=st.tuples(st.sampled_from(["HASATTR_", "EQATTR_", "EQ_ATTR_"]), st.text(max_size=20)),
    value=st.text(max_size=20),
)
def test_no_name_does_worse_than_be_refused(name: tuple[str, str], value: str) -> None:
    try:
        parse_query([("".join(name), value)])
    except QueryError as error:
        assert error.parameter == "".join(name)  # noqa: PT017 - only the message matters


def test_a_query_for_master_data_is_read() -> None:
    query = parse_master_data_query(
        [
            ("includeAttributes", "true"),
            ("includeChildren", "false"),
            ("attributeNames", "cbvmda:name"),
            ("attributeNames", PHONE),
            ("vocabularyName", "urn:epcglobal:epcis:vtype:Location"),
            ("EQ_name", "urn:epc:id:sgln:9506000.13430.shed"),
            ("WD_name", "urn:epcglobal:cbv:bizstep:shipping"),
            ("HASATTR", "name"),
            ("EQATTR_urn:epcglobal:cbv:mda#name", "Vườn"),
            ("EQATTR_urn:epcglobal:cbv:mda#name", "Nhà"),
            ("maxElementCount", "7"),
        ]
    )
    assert query == MasterDataQuery(
        include_attributes=True,
        include_children=False,
        attribute_names=(NAME, PHONE),
        vocabularies=("urn:epcglobal:epcis:vtype:Location",),
        names=(SHED,),
        within=("https://ref.gs1.org/cbv/BizStep-shipping",),
        tests=(AttributeTest((NAME,)), AttributeTest((NAME,), ("Vườn", "Nhà"))),
        ceiling=7,
    )


@pytest.mark.parametrize(
    ("pairs", "parameter", "message"),
    [
        pytest.param(
            [("includeAttributes", "true")],
            "includeChildren",
            "includeChildren is missing; expected true or false.",
            id="a missing one",
        ),
        pytest.param(
            [("includeAttributes", "yes"), ("includeChildren", "true")],
            "includeAttributes",
            "includeAttributes: expected one of true, false, got 'yes'.",
            id="no boolean",
        ),
        pytest.param(
            [*BOTH, ("WD_nam", "urn:x:a")],
            "WD_nam",
            "There is no query parameter WD_nam; did you mean 'WD_name'?",
            id="an unknown one",
        ),
        pytest.param(
            [*BOTH, ("EQATTR_", "a")],
            "EQATTR_",
            "There is no query parameter EQATTR_; did you mean 'EQATTR_…'?",
            id="no attribute",
        ),
        pytest.param(
            [*BOTH, ("EQ_name", "https://id.gs1.org/414/9506000134308")],
            "EQ_name",
            (
                "EQ_name takes no such value: Check digit of https://id.gs1.org/414/9506000134308 "
                "is wrong: expected 7, got 8."
            ),
            id="no right key",
        ),
        pytest.param(
            [*BOTH, ("maxElementCount", "0")],
            "maxElementCount",
            "maxElementCount: expected a whole number above 0, got '0'.",
            id="no count",
        ),
    ],
)
def test_a_wrong_query_for_master_data_is_refused(
    pairs: list[tuple[str, str]], parameter: str, message: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse_master_data_query(pairs)
    assert (str(caught.value), caught.value.parameter) == (message, parameter)
