"""What is taken of a text in an extension, shortcuts included, is what the slow look at it says."""

from hypothesis import example, given
from hypothesis import strategies as st

from epcis_core.model.events import ObjectEvent
from epcis_core.model.master_data import element_key
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.values import moment_in, number_in
from epcis_core.store.content import content_of

NAMESPACES = Namespaces({"ex": "https://ns.example.com/"})
TIME = "2026-03-01T08:00:00+07:00"


@given(st.text("0159.-+:TZeEhtpurnic/ é", max_size=30))
@example(TIME)
@example(f" {TIME}")
@example("2026-03-01T08:00:00")
@example("1e5")
@example("http//id.gs1.org/01/08931234567897")
@example("https://id.gs1.org/01/08931234567897")
@example("https://example.com/01/8931234567897")
@example("urn:epc:id:sgln:4012345.00005.0")
@example("urn:epcglobal:cbv:bizstep:shipping")
@example("shipping")
def test_a_text_is_a_number_a_time_or_a_key_as_the_slow_look_says(text: str) -> None:
    event = ObjectEvent.model_validate(
        {
            "type": "ObjectEvent",
            "eventTime": TIME,
            "eventTimeZoneOffset": "+07:00",
            "action": "OBSERVE",
            "epcList": ["urn:x:1"],
            "ex:note": text,
        }
    )
    (row,) = content_of(event, NAMESPACES)
    is_number, is_time = number_in(text) is not None, moment_in(text) is not None
    assert row.kind == ("numeral" if is_number else "time" if is_time else "text")
    assert (row.rank is None) == (row.kind == "text")
    assert (row.name, row.value) == ("https://ns.example.com/note", text)
    assert (row.key or text) == element_key(text)
