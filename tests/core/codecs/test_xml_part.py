"""Some events of an XML document alone: as they were written, with what stands around them."""

import io
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_part import part_of_document
from epcis_core.codecs.xml_reader import XmlReader
from tests.core.codecs.xml_documents import EVENT, MASTER_DATA, MEMBERS, document, query_document

INNER = f"<TransformationEvent>{MEMBERS}</TransformationEvent>"
WRAPPED = f"<extension>{INNER}</extension>"
HEADER = (
    f"<EPCISHeader><extension><EPCISMasterData>{MASTER_DATA}</EPCISMasterData></extension>"
    "</EPCISHeader>"
)


def numbered(number: int) -> str:
    return EVENT.replace("0000000001", f"{number:010d}")


def texts(data: bytes) -> list[str]:
    return [one.text for one in XmlReader(io.BytesIO(data)).events()]


def part(text: str, *wanted: int, encoding: str = "utf-8") -> str | None:
    found = part_of_document(text.encode(encoding), wanted, Limits())
    return None if found is None else found.decode(encoding)


def test_what_stands_around_the_events_stays_as_it_was() -> None:
    whole = document(numbered(1), numbered(2), header=HEADER, version="1.2")
    assert part(whole, 1) == document(numbered(2), header=HEADER, version="1.2").replace(
        "<EventList>\n", "<EventList>"
    )
    assert part(query_document(f"<EventList>{numbered(1)}{numbered(2)}</EventList>"), 0) == (
        query_document(f"<EventList>{numbered(1)}</EventList>")
    )


def test_a_wrapper_goes_with_its_event_and_stays_with_it() -> None:
    deep = f"<extension>\n  {WRAPPED}\n</extension>"
    whole = document(numbered(1), WRAPPED, deep, version="1.2")
    assert "extension" not in (part(whole, 0) or "extension")
    assert part(whole, 1) == document(WRAPPED, version="1.2").replace(
        "<EventList>\n", "<EventList>"
    )
    assert (part(whole, 2) or "").count("extension>") == 4


@pytest.mark.parametrize(
    "between", [" " * 200_000, f"<!-- {'<extension>' * 20_000}{'</extension>' * 20_000} -->"]
)
def test_what_stands_between_events_costs_no_more_than_its_length(between: str) -> None:
    whole = document(numbered(1), between, numbered(2), version="1.2")
    began = process_time()
    found = part(whole, 1)
    assert process_time() - began < 2
    assert texts((found or "").encode()) == [numbered(2)]


def test_an_event_that_also_stands_in_a_comment_is_taken_from_its_own_place() -> None:
    whole = document(f"<!-- {numbered(1)} -->\r\n", numbered(1), "<!-- ả -->", numbered(2))
    assert texts((part(whole, 0) or "").encode()) == [numbered(1)]
    assert f"<!-- {numbered(1)} -->" in (part(whole, 1) or "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encoding_stays(encoding: str) -> None:
    whole = document(numbered(1), f"<!-- Đồi Nắng -->{numbered(2)}")
    found = part_of_document(whole.encode(encoding), {1}, Limits())
    assert found is not None
    assert "Đồi Nắng" in found.decode(encoding)
    assert texts(found) == [numbered(2)]


def test_of_what_is_no_epcis_and_of_no_event_there_is_no_part() -> None:
    assert part("<a/>", 0) is None
    assert part("{}", 0) is None
    assert part(document(numbered(1)), 3) is None


@given(
    kinds=st.lists(st.sampled_from(["plain", "wrapped", "broken"]), min_size=1, max_size=6),
    gaps=st.lists(st.sampled_from(["", "\n", "<!-- <x> -->", "\r\n\t"]), min_size=6, max_size=6),
    wanted=st.sets(st.integers(0, 5)),
)
def test_the_part_has_the_wanted_events_in_their_order_and_no_other(
    kinds: list[str], gaps: list[str], wanted: set[int]
) -> None:
    forms: dict[str, Callable[[int], str]] = {
        "plain": numbered,
        "wrapped": lambda _: WRAPPED,
        "broken": lambda n: f"<ex{n}><a/></ex{n}>",
    }
    whole = document(
        *(gap + forms[kind](n) for n, (kind, gap) in enumerate(zip(kinds, gaps, strict=False))),
        version="1.2",
    ).encode()
    all_of_them = texts(whole)
    found = part_of_document(whole, wanted, Limits())
    expected = [text for at, text in enumerate(all_of_them) if at in wanted]
    assert (texts(found) if found is not None else []) == expected
    if found is not None:
        reader = XmlReader(io.BytesIO(found))
        list(reader.events())
        assert "empty_list" not in {one.code for one in reader.findings}
