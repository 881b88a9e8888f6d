"""What is read in one go is what a look at every member would have let pass."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs import structure
from epcis_core.codecs.exact_model import read_exactly
from epcis_core.codecs.json_scan import data_of
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.codecs.structure import read_event
from epcis_core.model.base import Number
from epcis_core.model.elements import Location
from tests.conftest import TEST_SCALE
from tests.strategies.events import event_members

few = settings(max_examples=max(1, int(25 * TEST_SCALE)))

ODD: list[Any] = [
    None,
    "",
    "urn:",
    "urn:/x",
    "urn:a b",
    "https://id.example/\n",
    "https://id.example/é",
    "http://[::1]/x",
    f"urn:x:{'y' * 4091}",
    True,
    Number("1"),
    [],
    [None],
    {},
    {"id": None},
    {"ex:a": None, "b": {"c": None}},
]
NAMES = [
    "ex:grade",
    "grade",
    "@id",
    ":x",
    "1x:y",
    "ex:net weight",
    "urn:x:é",
    "ilmd",
    "eventID",
    "",
]


def parts(value: Any) -> list[Any]:
    """Every object and list in a value that is not empty, itself first."""
    if not isinstance(value, dict | list) or not value:
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(part for one in inner for part in parts(one))]


@few
@given(event_members(), st.data())
def test_what_is_read_in_one_go_is_what_two_looks_find(
    written: dict[str, Any], data: st.DataObject
) -> None:
    event = data_of(json_bytes(written).decode())
    for _ in range(data.draw(st.integers(0, 2))):
        part = data.draw(st.sampled_from(parts(event)))
        places = list(part) + NAMES if isinstance(part, dict) else range(len(part))
        part[data.draw(st.sampled_from(places))] = data.draw(st.sampled_from(ODD))
    read, found = read_event(event)
    with patch.object(structure, "read_exactly", return_value=None):
        slowly_read, slowly_found = read_event(event)
    assert (read, found) == (slowly_read, slowly_found)
    assert (
        read is None
        or slowly_read is None
        or (read.model_fields_set == slowly_read.model_fields_set)
    )


@pytest.mark.parametrize("place", ["urn:x:y", "urn:", "http://[::1]/x", f"urn:{'y' * 4092}"])
def test_a_uri_is_read_in_one_go(place: str) -> None:
    assert read_exactly(Location, {"id": place}) == Location(id=place)


@pytest.mark.parametrize(
    "members",
    [{"id": "urn:x:y", "grade": "a"}, {"id": None}, {"id": f"urn:{'y' * 4093}"}],
    ids=["a name that is no URI", "null", "too long"],
)
def test_what_is_wrong_is_left_to_the_careful_look(members: dict[str, Any]) -> None:
    assert read_exactly(Location, members) is None


def test_extensions_are_read_in_one_go() -> None:
    read = read_exactly(Location, {"id": "urn:x:y", "ex:a": None, "ex:%C3%A9": "b"})
    assert read is not None
    assert list(read.extensions) == ["ex:a", "ex:%C3%A9"]
