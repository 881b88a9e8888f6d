"""Members of other vocabularies are in `extensions`, and nowhere else."""

import pytest

from epcis_core.model.events import EpcisEvent, ExtensionEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.provenance.facts import facts_of
from epcis_core.rules import check_event

NAMES = [*EpcisEvent.model_fields, "read_point", "ilmd", "epc_list", "biz_step", "source_list"]


@pytest.mark.parametrize("value", ["x", ["x"], {"id": "x"}], ids=["text", "array", "object"])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"type", "context"}])
def test_an_extension_with_the_name_of_a_field_in_python_is_no_field(
    name: str, value: object
) -> None:
    members = {
        "type": "ex:VisitEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        name: value,
    }
    event = ExtensionEvent.model_validate(members)
    assert event.extensions == {name: value}
    assert getattr(event, name, None) != value
    namespaces = Namespaces({"ex": "urn:x:ex#"})
    assert list(check_event(event, namespaces, "json")) == []
    facts = facts_of(event, namespaces, event_id="urn:x:1", organisation="")
    assert facts.read_point is None
