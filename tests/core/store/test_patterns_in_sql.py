"""Patterns for many objects, in SQL and part by part of the EPC URI."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical
from epcis_core.identifiers.schemes import SCHEMES
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.model.references import Role
from epcis_core.query.conditions import Match
from epcis_core.query.evaluation_names import names_object
from epcis_core.query.patterns import Pattern, read_pattern
from epcis_core.store.ledger import Ledger
from epcis_core.store.patterns import matching

COMPANIES = ("9506000", "950600012", "4012345")
TEMPLATES = sorted(
    {uri for scheme in SCHEMES.values() for uri in scheme.epc_uris if ":idpat:" not in uri}
)
CLASS_TEMPLATES = sorted(
    {uri for scheme in SCHEMES.values() for uri in scheme.epc_uris} - {*TEMPLATES}
)
WIDTHS = {
    uri: scheme.key.check_at - (scheme.key.in_front == "zero")
    for scheme in SCHEMES.values()
    if scheme.key.check_at is not None
    for uri in scheme.epc_uris
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.open(tmp_path_factory.mktemp("patterns") / "ledger.duckdb") as opened:
        yield opened


@st.composite
def identifiers(draw: st.DrawFn) -> str:
    """EPC URIs of all schemes, of few companies, with numbers near each other."""
    template = draw(st.sampled_from([*TEMPLATES, *CLASS_TEMPLATES]))
    company = draw(st.sampled_from(COMPANIES))
    width = WIDTHS.get(template, len(company) + 4) - len(company)
    reference = draw(st.integers(0, 12))
    fields = {
        "C": company,
        "R": f"{reference:0{width}d}"[-width:] if width > 0 else "",
        "P": "01",
        "T": draw(st.sampled_from(["01", "02"])),
        "S": draw(st.sampled_from(["1", "7", "12", "0", "07", "A1", "x%2Fy", "1_0", "1e1"])),
        "*": "*",
    }
    start, _, body = template.rpartition(":")
    return f"{start}:{'.'.join(fields[letter] for letter in body.split('.'))}"


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Patterns near those identifiers."""
    start, _, body = draw(identifiers()).rpartition(":")
    name = start.rpartition(":")[2]
    parts = body.split(".")
    exact = draw(st.integers(0, len(parts) - 1))
    inexact = ["*"] * (len(parts) - exact)
    if exact and draw(st.booleans()):
        low, high = sorted((draw(st.integers(0, 12)), draw(st.integers(0, 12))))
        inexact[0] = f"[{low}-{high}]"
    return f"urn:epc:idpat:{name}:{'.'.join([*parts[:exact], *inexact])}"


def event_with(uri: str, *, is_class: bool) -> EpcisEvent:
    named = {"quantityList": [{"epcClass": uri}]} if is_class else {"epcList": [uri]}
    members = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        **named,
    }
    return EVENT_TYPES["ObjectEvent"].model_validate(members)


@given(
    uris=st.lists(identifiers(), min_size=1, max_size=12), text=patterns(), is_class=st.booleans()
)
def test_sql_finds_what_the_parts_of_the_uri_say(
    ledger: Ledger, uris: list[str], text: str, *, is_class: bool
) -> None:
    keys = [key for uri in uris if (key := key_of(uri)) is not None]
    pattern = read_pattern(text, "MATCH_epc")
    assert isinstance(pattern, Pattern)
    clause = matching(pattern, "key", is_class=is_class)
    with ledger.reading() as cursor:
        rows = cursor.execute(
            f"SELECT key FROM (SELECT unnest(?::VARCHAR[]) AS key) WHERE {clause.text}",  # noqa: S608 - ours
            [keys, *clause.values],
        ).fetchall()
    asked = Match((Role.EPC,), is_class, (), (pattern,))
    expected = [key for key in keys if names_object(event_with(key, is_class=is_class), asked)]
    assert [key for (key,) in rows] == expected


def key_of(uri: str) -> str | None:
    try:
        return canonical(uri)
    except IdentifierError:
        return None


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_scheme_has_a_pattern_that_finds_its_objects(ledger: Ledger, template: str) -> None:
    start, _, body = template.rpartition(":")
    width = WIDTHS.get(template, 11) - 7
    fields = {"C": "9506000", "R": "1".zfill(width), "P": "01", "T": "02", "S": "7"}
    uri = f"{start}:{'.'.join(fields[letter] for letter in body.split('.'))}"
    name, is_class = start.rpartition(":")[2], ":class:" in template
    rest = ".*" * (body.count(".") - 1)
    for written, finds in (
        (f"9506000.*{rest}", True),
        (f"*.*{rest}", True),
        (f"9506001.*{rest}", False),
        (f"9506000.[1-1]{rest}", True),
        (f"9506000.[2-9]{rest}", False),
    ):
        pattern = read_pattern(f"urn:epc:idpat:{name}:{written}", "MATCH_epc")
        assert isinstance(pattern, Pattern)
        clause = matching(pattern, "key", is_class=is_class)
        with ledger.reading() as cursor:
            rows = cursor.execute(
                f"SELECT {clause.text} FROM (SELECT ? AS key)",  # noqa: S608 - ours
                [*clause.values, canonical(uri)],
            ).fetchall()
        assert rows == [(finds,)], written
