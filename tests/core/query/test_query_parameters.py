"""Reading a query: what each parameter takes, and what it says where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import QueryError
from epcis_core.model.references import Role
from epcis_core.query.parameters import PARAMETERS, EventQuery, Match, parse_query

ITEM = "https://id.gs1.org/01/09506000134352"
INSTANCES = (Role.EPC, Role.CHILD)


def refusal(*pairs: tuple[str, str]) -> QueryError:
    with pytest.raises(QueryError) as caught:
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
    ],
)
def test_an_unknown_parameter_names_the_nearest(name: str, nearest: str) -> None:
    error = refusal((name, "x"))
    assert str(error) == f"Unknown query parameter {name!r}; did you mean {nearest!r}?"
    assert (error.parameter, error.nearest) == (name, nearest)


def test_a_parameter_like_no_other_names_none() -> None:
    error = refusal(("zzz", "x"))
    assert str(error) == "Unknown query parameter 'zzz'"
    assert (error.parameter, error.nearest) == ("zzz", None)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (
            [("eventType", "ObjectEvnt")],
            "eventType: unknown event type 'ObjectEvnt'; did you mean 'ObjectEvent'?",
        ),
        ([("EQ_action", "add")], "EQ_action: expected ADD or OBSERVE or DELETE, got 'add'"),
        (
            [("GE_eventTime", "2026-03-01")],
            "GE_eventTime: Expected a time with a zone, such as 2026-03-01T08:00:00+07:00: ",
        ),
        (
            [("LT_recordTime", "2026-03-01T00:00:00Z"), ("LT_recordTime", "2026-03-02T00:00:00Z")],
            "LT_recordTime is given 2 times; it takes one value",
        ),
        (
            [("MATCH_epc", "urn:epc:id:sgtin:9506000.13435.1")],
            "MATCH_epc: malformed_identifier: value='urn:epc:id:sgtin:9506000.13435.1', ",
        ),
        (
            [("MATCH_epc", "urn:epc:idpat:sgtin:9506000.*.*")],
            (
                "MATCH_epc: only the last part of a pattern may be '*' and no other, "
                "got 'urn:epc:idpat:sgtin:9506000.*.*'"
            ),
        ),
        (
            [("EXISTS_errorDeclaration", "yes")],
            "EXISTS_errorDeclaration: expected true or false, got 'yes'",
        ),
        ([("orderBy", "time")], "orderBy: expected eventTime or recordTime, got 'time'"),
        ([("orderDirection", "asc")], "orderDirection: expected ASC or DESC, got 'asc'"),
        ([("maxEventCount", "0")], "maxEventCount: expected a whole number above 0, got '0'"),
        ([("maxEventCount", "-1")], "maxEventCount: expected a whole number above 0, got '-1'"),
        ([("maxEventCount", "٣")], "maxEventCount: expected a whole number above 0, got '٣'"),
        ([("eventCountLimit", "3")], "eventCountLimit needs orderBy"),
        (
            [("orderBy", "eventTime"), ("eventCountLimit", "3"), ("maxEventCount", "3")],
            "eventCountLimit and maxEventCount exclude each other",
        ),
    ],
    ids=lambda value: value[0][0] if isinstance(value, list) else "",
)
def test_a_wrong_value_is_named(pairs: list[tuple[str, str]], message: str) -> None:
    assert str(refusal(*pairs)).startswith(message)


def test_nothing_asks_for_everything() -> None:
    assert parse_query([]) == EventQuery()


def test_a_repeated_name_is_a_list() -> None:
    query = parse_query([("EQ_action", "ADD"), ("EQ_bizStep", "packing"), ("EQ_action", "DELETE")])
    assert query.equal == (("action", ("ADD", "DELETE")), ("biz_step", ("packing",)))


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
    assert parse_query([("EQ_bizStep", spelling)]).equal == (("biz_step", ("shipping",)),)


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
    assert parse_query([("EQ_readPoint", spelling)]).equal == (("read_point", (place,)),)


def test_places_that_are_no_keys_stay_as_they_are() -> None:
    query = parse_query([("EQ_bizLocation", "geo:11.5,108.9")])
    assert query.equal == (("biz_location", ("geo:11.5,108.9",)),)


def test_times_are_instants() -> None:
    query = parse_query([("GE_eventTime", "1970-01-01T07:00:01+07:00")])
    assert query.times == (("event_time", ">=", 1_000_000),)


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
            "urn:epc:idpat:sgtin:9506000.013435.*",
            Match(INSTANCES, is_class=False, keys=(), below=(f"{ITEM}/",)),
            id="all instances of a product",
        ),
        pytest.param(
            "MATCH_anyEPC",
            "urn:epc:idpat:grai:9506000.13437.*",
            Match(
                tuple(Role),
                is_class=False,
                keys=(),
                below=("https://id.gs1.org/8003/09506000134376",),
            ),
            id="all returnable assets of a type",
        ),
        pytest.param(
            "MATCH_epcClass",
            "urn:epc:idpat:sgtin:9506000.013435.*",
            Match(INSTANCES, is_class=True, keys=(ITEM,)),
            id="a product as a class",
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
    assert parse_query([(name, value)]).matches == (match,)


@given(pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=20)), max_size=4))
def test_no_value_does_worse_than_be_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        parse_query(pairs)
    except QueryError as error:
        assert error.parameter in {name for name, _ in pairs}  # noqa: PT017 - only the message matters
