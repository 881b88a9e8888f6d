"""Which of GS1's schemas know which constraint: the reviewed table, proved with the schemas."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.conformance.oracles import MODULAR, PUBLISHED, json_complaint, xml_complaint
from tests.core.rules.constraint_case import ALL, Schema
from tests.core.rules.constraints import CONSTRAINTS

each_constraint = pytest.mark.parametrize("name", list(CONSTRAINTS))


def refusing(gs1_dir: Path, name: str, *, keeping: bool) -> frozenset[Schema]:
    """The schemas that refuse one of a constraint's documents."""
    constraint = CONSTRAINTS[name]
    in_json = json.loads(constraint.document("json", keeping=keeping))
    in_xml = etree.fromstring(constraint.document("xml", keeping=keeping))
    said: dict[Schema, str | None] = {
        "json": json_complaint(gs1_dir, MODULAR, in_json),
        "published": json_complaint(gs1_dir, PUBLISHED, in_json),
        "xsd": xml_complaint(gs1_dir, "2.0", "EPCISDocument", in_xml),
    }
    assert said.keys() == ALL
    return frozenset(schema for schema, complaint in said.items() if complaint is not None)


@each_constraint
def test_the_event_that_breaks_it_is_refused_by_those_schemas_alone(
    name: str, gs1_dir: Path
) -> None:
    assert refusing(gs1_dir, name, keeping=False) == CONSTRAINTS[name].refused_by


@each_constraint
def test_the_event_that_keeps_it_is_refused_by_none_but_where_they_contradict_each_other(
    name: str, gs1_dir: Path
) -> None:
    assert refusing(gs1_dir, name, keeping=True) == CONSTRAINTS[name].keeping_refused_by
