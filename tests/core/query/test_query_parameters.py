"""Reading a query: what each parameter takes, and what it says where it does not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.model.references import Role
from epcis_core.query.conditions import (
    Amount,
    Condition,
    Declared,
    Entry,
    EventQuery,
    Extension,
    FieldOrder,
    Match,
    Moment,
    OneOf,
    Operand,
    Part,
    SensorNumber,
)
from epcis_core.query.parameters import PARAMETERS, SPELLINGS, parse_query
from epcis_core.query.patterns import Pattern, Range
from epcis_core.query.refusal import ParameterError

ITEM = "https://id.gs1.org/01/09506000134352"
EX = "https://ns.example.com/"
INSTANCES = (Role.EPC, Role.CHILD)
BOUND = Namespaces({**BUILT_IN, "ex": EX})


def asked(*pairs: tuple[str, str], namespaces: Namespaces | None = None) -> tuple[Condition, ...]:
    return parse_query(pairs, namespaces).conditions


def refusal(*pairs: tuple[str, str]) -> ParameterError:
    with pytest.raises(ParameterError) as caught:
        parse_query(pairs)
    return caught.value


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("EQ_bizstep", "EQ_bizStep"),
        ("EQ_BizStep", "EQ_bizStep"),
        ("GE_eventTIme", "GE_eventTime"),
        ("WD_readpoint", "WD_readPoint"),
        ("MATCH_anyEPCclass", "MATCH_anyEPCClass"),
        ("eventCountlimit", "eventCountLimit"),
        ("EQ_devicID", "EQ_deviceID"),
        ("GE_value", "GE_value_CEL"),
        ("EQ_value_cel", "EQ_value_CEL"),
        ("GE_percRank_P1", "GE_percRank"),
        ("EXISTS_errorDecl", "EXISTS_errorDeclaration"),
        ("EQ_INNER_SENSORELEMNT_ex:shelf", "EQ_INNER_SENSORELEMENT_ex:shelf"),
        ("EXISTS_ERRORDECLARATION_ex:by", "EXISTS_ERROR_DECLARATION_ex:by"),
        ("nextpageToken", "nextPageToken"),
    ],
)
def test_an_unknown_parameter_names_the_nearest(name: str, nearest: str) -> None:
    error = refusal((name, "1"))
    assert str(error) == f"There is no query parameter {name}; did you mean {nearest!r}?"
    assert error.finding.message_in("vi") == (
        f"Không có tham số truy vấn {name}; có phải ý bạn là {nearest!r}?"
    )
    assert (error.parameter, error.nearest) == (name, nearest)


def test_a_parameter_like_no_other_names_none() -> None:
    error = refusal(("zzz", "x"))
    assert str(error) == "There is no query parameter zzz."
    assert error.finding.message_in("vi") == "Không có tham số truy vấn zzz."
    assert (error.parameter, error.nearest) == ("zzz", None)


PATTERN_SENTENCE = (
    "MATCH_epc: {!r} is no pattern: expected urn:epc:id:sgtin:C.R.S where a part is exact, '*' or "
    "'[low-high]', and '*' everywhere behind the first that is not exact."
)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (
            [("eventType", "ObjectEvnt")],
            (
                "eventType: expected an event type of the standard, or one of an extension as a "
                "URI or with a prefix, got 'ObjectEvnt'."
            ),
        ),
        ([("EQ_action", "add")], "EQ_action: expected one of ADD, OBSERVE, DELETE, got 'add'."),
        (
            [("GE_eventTime", "2026-03-01")],
            (
                "GE_eventTime: expected a time with a zone, such as 2026-03-01T08:00:00+07:00, "
                "got '2026-03-01'."
            ),
        ),
        (
            [("LT_recordTime", "2026-03-01T00:00:00Z"), ("LT_recordTime", "2026-03-02T00:00:00Z")],
            "LT_recordTime is given 2 times; it takes one value.",
        ),
        (
            [("GE_quantity", "1"), ("GE_quantity", "2")],
            "GE_quantity is given 2 times; it takes one value.",
        ),
        (
            [("MATCH_epc", "urn:epc:id:sgtin:9506000.13435.1")],
            (
                "MATCH_epc takes no such value: urn:epc:id:sgtin:9506000.13435.1 is not a "
                "well-formed GS1 identifier: expected C.R N13, got 9506000.13435."
            ),
        ),
        *(
            ([("MATCH_epc", pattern)], PATTERN_SENTENCE.format(pattern))
            for pattern in (
                "urn:epc:idpat:sgtin:*.013435.*",
                "urn:epc:idpat:sgtin:9506000.*.7",
                "urn:epc:idpat:sgtin:9506000.*",
                "urn:epc:idpat:sgtin:9506000.13435.*",
                "urn:epc:idpat:sgtin:95x6000.013435.*",
                "urn:epc:idpat:sgtin:9506000..*",
                "urn:epc:idpat:sgtin:[1-2].*.7",
            )
        ),
        (
            [("EXISTS_errorDeclaration", "yes")],
            "EXISTS_errorDeclaration: expected one of true, 1, false, 0, got 'yes'.",
        ),
        (
            [("EXISTS_ex:grade", "A")],
            "EXISTS_ex:grade: expected one of true, 1, false, 0, got 'A'.",
        ),
        ([("EQ_quantity", "many")], "EQ_quantity: expected a number, got 'many'."),
        ([("GE_value_CEL", "warm")], "GE_value_CEL: expected a number, got 'warm'."),
        ([("GE_value_CEL", "NaN")], "GE_value_CEL: expected a number, got 'NaN'."),
        (
            [("GE_ex:grade", "A")],
            (
                "GE_ex:grade: expected a number, or a time with a zone such as "
                "2026-03-01T08:00:00+07:00, got 'A'."
            ),
        ),
        (
            [("EQ_booleanValue", "1")],
            "EQ_booleanValue: expected one of true, false, got '1'.",
        ),
        (
            [("EQ_hexBinaryValue", "F0x")],
            "EQ_hexBinaryValue: expected pairs of hexadecimal digits, got 'F0x'.",
        ),
        (
            [("orderBy", "time")],
            (
                "orderBy: expected eventTime, recordTime or the name of an extension field, "
                "got 'time'."
            ),
        ),
        ([("orderDirection", "asc")], "orderDirection: expected one of ASC, DESC, got 'asc'."),
        *(
            ([(name, value)], f"{name}: expected a whole number above 0, got {value!r}.")
            for name in ("maxEventCount", "eventCountLimit", "perPage")
            for value in ("0", "-1", "٣", "1.0", "")
        ),
        ([("eventCountLimit", "3")], "eventCountLimit needs orderBy beside it."),
        (
            [("orderBy", "eventTime"), ("eventCountLimit", "3"), ("maxEventCount", "3")],
            "maxEventCount and eventCountLimit exclude each other.",
        ),
    ],
    ids=lambda value: value[0][0] if isinstance(value, list) else "",
)
def test_a_wrong_value_is_named(pairs: list[tuple[str, str]], message: str) -> None:
    error = refusal(*pairs)
    assert str(error) == message
    assert error.parameter in {name for name, _ in pairs}
    assert error.finding.message_in("vi") != message


def test_nothing_asks_for_everything() -> None:
    assert parse_query([]) == EventQuery()


def test_a_repeated_name_is_a_list() -> None:
    conditions = asked(("EQ_action", "ADD"), ("EQ_bizStep", "packing"), ("EQ_action", "DELETE"))
    assert conditions == (OneOf("action", ("ADD", "DELETE")), OneOf("biz_step", ("packing",)))


@pytest.mark.parametrize(
    "spelling",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ],
)
def test_terms_are_read_in_any_spelling(spelling: str) -> None:
    assert asked(("EQ_bizStep", spelling)) == (OneOf("biz_step", ("shipping",)),)


@pytest.mark.parametrize(
    "spelling",
    [
        "urn:epc:id:sgln:9506000.13430.shed",
        "https://id.gs1.org/414/9506000134307/254/shed",
        "https://farm.example/414/9506000134307/254/shed",
    ],
)
def test_places_are_read_in_any_spelling(spelling: str) -> None:
    place = "https://id.gs1.org/414/9506000134307/254/shed"
    assert asked(("EQ_readPoint", spelling)) == (OneOf("read_point", (place,)),)


def test_places_that_are_no_keys_stay_as_they_are() -> None:
    found = asked(("EQ_bizLocation", "geo:11.5,108.9"))
    assert found == (OneOf("biz_location", ("geo:11.5,108.9",)),)


def test_times_are_instants() -> None:
    found = asked(("GE_eventTime", "1970-01-01T07:00:01+07:00"))
    assert found == (Moment("event_time", ">=", 1_000_000),)


@pytest.mark.parametrize(("spelling", "name"), SPELLINGS.items())
def test_another_spelling_of_a_name_means_the_same(spelling: str, name: str) -> None:
    value = "2026-03-01T00:00:00Z" if "Time" in name else "1"
    assert asked((spelling, value)) == asked((name, value))


def test_a_flag_that_is_false_asks_for_nothing() -> None:
    assert asked(("EXISTS_errorDeclaration", "true")) == (Declared(),)
    assert asked(("EXISTS_errorDeclaration", "")) == (Declared(),)
    assert asked(("EXISTS_errorDeclaration", "false"), ("EXISTS_ex:grade", "0")) == ()


def test_a_type_and_an_identifier_are_asked_for_together() -> None:
    found = asked(("EQ_source_urn:epcglobal:cbv:sdt:location", "urn:epc:id:sgln:9506000.13430.x"))
    place = "https://id.gs1.org/414/9506000134307/254/x"
    assert found == (Entry("sources", "location", (place,)),)
    (own,) = asked(("EQ_bizTransaction_ex:my_contract", "urn:x:1"), namespaces=BOUND)
    assert own == Entry("transactions", f"{EX}my_contract", ("urn:x:1",))


def test_a_unit_is_told_from_the_name_of_what_is_measured() -> None:
    assert asked(("LE_quantity_KGM", "2.50")) == (Amount("<=", (Decimal("2.50"),), "KGM"),)
    assert asked(("GT_sDev", "1")) == (SensorNumber("sDev", ">", (Decimal(1),), None),)
    both = asked(("EQ_minValue_CEL", "1"), ("EQ_minValue_CEL", "2e3"))
    assert both == (SensorNumber("minValue", "=", (Decimal(1), Decimal(2000)), "CEL"),)


TWELVE = Operand("12", Decimal(12))


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("EQ_ex:farm_a", Extension(Part.EVENT, False, (f"{EX}farm_a",), "=", (TWELVE,))),
        ("GT_ILMD_ex:ILMD_x", Extension(Part.ILMD, False, (f"{EX}ILMD_x",), ">", (TWELVE,))),
        ("LE_INNER_ex:a_b_c", Extension(Part.EVENT, True, (f"{EX}a_b_c",), "<=", (TWELVE,))),
        (
            "EQ_INNER_ILMD_https://a_b.example/x_y#c_d",
            Extension(
                Part.ILMD,
                True,
                ("https://a_b.example/x_y#c_d", "https://a_b.example/x_yc_d"),
                "=",
                (TWELVE,),
            ),
        ),
        ("EQ_INNER_plain_name", Extension(Part.EVENT, True, ("plain_name",), "=", (TWELVE,))),
        ("EQ_other:x", Extension(Part.EVENT, False, ("other:x",), "=", (TWELVE,))),
        (
            "LT_ERROR_DECLARATION_ex:n",
            Extension(Part.ERROR_DECLARATION, False, (f"{EX}n",), "<", (TWELVE,)),
        ),
        ("EQ_readPoint_ex:n", Extension(Part.READ_POINT, False, (f"{EX}n",), "=", (TWELVE,))),
        (
            "EQ_INNER_bizLocation_ex:n",
            Extension(Part.BIZ_LOCATION, True, (f"{EX}n",), "=", (TWELVE,)),
        ),
        (
            "GE_SENSORREPORT_ex:n",
            Extension(Part.SENSOR_REPORT, False, (f"{EX}n",), ">=", (TWELVE,)),
        ),
    ],
)
def test_the_name_of_an_extension_field_is_taken_whole(name: str, condition: Condition) -> None:
    assert asked((name, "12"), namespaces=BOUND) == (condition,)


def test_order_pages_and_limits_are_read() -> None:
    query = parse_query(
        [
            ("orderBy", "ex:farm_a"),
            ("orderDirection", "ASC"),
            ("eventCountLimit", "7"),
            ("perPage", "5"),
            ("nextPageToken", "opaque"),
        ],
        BOUND,
    )
    order = FieldOrder((f"{EX}farm_a",))
    assert query == EventQuery((), order, True, 7, None, 5, "opaque")


SOME_ASSETS = Pattern("grai", ("9506000", Range(13430, 13439), None))


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        pytest.param(
            "MATCH_epc",
            "urn:epc:id:sgtin:9506000.013435.1",
            Match(INSTANCES, is_class=False, keys=(f"{ITEM}/21/1",)),
            id="one instance",
        ),
        pytest.param(
            "MATCH_epc",
            "urn:epc:idpat:sgtin:9506000.013435.1",
            Match(INSTANCES, is_class=False, keys=(f"{ITEM}/21/1",)),
            id="a pattern for one instance",
        ),
        pytest.param(
            "MATCH_epc",
            "urn:epc:idpat:sgtin:9506000.013435.*",
            Match(INSTANCES, False, (), (Pattern("sgtin", ("9506000", "013435", None)),)),
            id="all instances of a product",
        ),
        pytest.param(
            "MATCH_anyEPC",
            "urn:epc:idpat:grai:9506000.[13430-13439].*",
            Match(
                tuple(Role), False, (), (Pattern("grai", ("9506000", Range(13430, 13439), None)),)
            ),
            id="returnable assets of some types",
        ),
        pytest.param(
            "MATCH_anyEPC",
            "urn:epc:idpat:gid:95100000.*.*",
            Match(tuple(Role), False, (), (Pattern("gid", ("95100000", None, None)),)),
            id="a scheme that is not of GS1",
        ),
        pytest.param(
            "MATCH_inputEPCClass",
            "urn:epc:class:lgtin:9506000.013435.L1",
            Match((Role.INPUT,), is_class=True, keys=(f"{ITEM}/10/L1",)),
            id="a lot as a class",
        ),
        pytest.param(
            "MATCH_parentID",
            "urn:x:box",
            Match((Role.PARENT,), is_class=False, keys=("urn:x:box",)),
            id="a key of one's own",
        ),
    ],
)
def test_objects_are_matched_by_their_canonical_identifier(
    name: str, value: str, match: Match
) -> None:
    assert asked((name, value)) == (match,)


NAMES = st.one_of(
    st.sampled_from(PARAMETERS),
    st.builds(
        "{}_{}{}{}".format,
        st.sampled_from(["EQ", "GT", "EXISTS", "HASATTR", "EQATTR", "MATCH"]),
        st.sampled_from(["", "INNER_", "ILMD_", "quantity_", "source_", "value_"]),
        st.sampled_from(["", "ex:", "https://a/", "urn:x:"]),
        st.text(max_size=8),
    ),
)


@given(pairs=st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=4))
def test_no_name_and_no_value_does_worse_than_be_refused(pairs: list[tuple[str, str]]) -> None:
    refused = None
    try:
        parse_query(pairs)
    except ParameterError as error:
        refused = error
    if refused is not None:
        assert refused.parameter in {name for name, _ in pairs}
        assert refused.finding.message_in("vi") != str(refused)
