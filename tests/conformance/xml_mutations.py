"""Documents in XML with one thing wrong: every single change of every element and attribute.

What is written has each tag on a line of its own, so that a line is a place.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Final

from lxml import etree
from lxml.etree import _Element

from tests.conformance.mutations import EVENT_TYPES, REWRITTEN, Mutation

FOREIGN: Final = "https://example.org/ns"
_XSI_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"

_WRONG_TEXTS: Final = ("", "12", "-1.5", "+.5", "1e2", "INF", "x y", "true", "2.0.0")
_Change = Callable[[_Element], None]
"""Changes an element in place."""


def parsed(data: bytes) -> _Element:
    """Parse a document as a mutation needs it: without comments, and with no DTD read."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def written(root: _Element) -> bytes:
    """Write a document with each start tag on a line of its own, and no blanks added."""
    return re.sub("/?>", r"\n\g<0>", etree.tostring(root, encoding="unicode")).encode()


def element_at(root: _Element, data: bytes, line: int) -> tuple[int, ...]:
    """Return the numbers of the elements down to the last that begins on or before a line.

    Args:
        root: the document.
        data: the same as `written`.
        line: from 1.
    """
    starts = 0
    for text in data.decode().splitlines()[:line]:
        _, mark, tag = text.partition("<")
        starts += bool(mark) and not tag.startswith("/")
    return _way(list(root.iter("*"))[starts - 1])


def as_query_document(document: _Element) -> _Element:
    """Return the document that answers a query with the events of an EPCISDocument."""
    namespace = etree.QName(document).namespace
    assert namespace is not None
    query = namespace.replace(":epcis:", ":epcis-query:")
    root = etree.fromstring(f'<q:EPCISQueryDocument xmlns:q="{query}"/>')
    root.attrib.update(document.attrib)
    body = etree.SubElement(root, "EPCISBody")
    results = etree.SubElement(body, f"{{{query}}}QueryResults")
    etree.SubElement(results, "queryName").text = "SimpleEventQuery"
    events = document.find("EPCISBody/EventList")
    assert events is not None
    etree.SubElement(results, "resultsBody").append(deepcopy(events))
    return root


def xml_mutations(source: str, document: _Element) -> Iterator[Mutation]:
    """Yield every change of every element and attribute of a document.

    Args:
        source: the document's name.
        document: its root, as `parsed`.
    """
    for element in document.iter("*"):
        way = _way(element)
        place = _place(element)
        for change, offsets, do in _changes(element):
            make = partial(_made, document, way, do)
            at = tuple((*way[:-1], way[-1] + offset) for offset in offsets) if way else (way,)
            yield Mutation(source, place, change, make, at or (way[:-1],))
        for name in element.attrib:
            local = etree.QName(name).localname
            for change, do in _attribute_changes(element, str(name)):
                make = partial(_made, document, way, do)
                yield Mutation(source, f"{place}/@{local}", change, make, (way,))


def _made(document: _Element, way: tuple[int, ...], change: _Change) -> bytes:
    root = deepcopy(document)
    element = root
    for number in way:
        element = element[number]
    change(element)
    return written(root.getroottree().getroot())


def _changes(element: _Element) -> Iterator[tuple[str, tuple[int, ...], _Change]]:
    """Yield changes of an element.

    Yields:
        What is done; which elements are not as they should be then, counted from its place, and
        none where it is away; how it is done.
    """
    parent, following = element.getparent(), element.getnext()
    if parent is not None:
        yield "left out", (), _leave_out
        yield "given twice", (0, 1), _double
        yield "in itself", (0,), _nest
        if following is not None and following.tag != element.tag:
            yield "behind the next", (0, 1), _swap
    for change, tag in _renamings(element):
        yield change, (0,), partial(_rename, tag=tag)
    yield "with a bare child", (0,), partial(_add, tag="foo", first=False)
    yield "with an extension", (0,), partial(_add, tag=f"{{{FOREIGN}}}foo", first=False)
    yield "with an extension first", (0,), partial(_add, tag=f"{{{FOREIGN}}}foo", first=True)
    yield "with a bare attribute", (0,), partial(_set, name="foo", value="1")
    yield "with an extension attribute", (0,), partial(_set, name=f"{{{FOREIGN}}}foo", value="1")
    yield "said to be nil", (0,), partial(_set, name=_XSI_NIL, value="true")
    if len(element):
        yield "emptied", (0,), _empty
        yield "with text", (0,), partial(_say, text="text")
    else:
        for label, text in _texts(element.text or ""):
            yield f"says {label}", (0,), partial(_say, text=text)


def _attribute_changes(element: _Element, name: str) -> Iterator[tuple[str, _Change]]:
    local = etree.QName(name).localname
    value = element.get(name, "")
    yield "left out", partial(_unset, name=name)
    for change, other in {
        "misspelt": f"{local}x",
        "in other case": local[0].swapcase() + local[1:],
        "in a namespace": f"{{{FOREIGN}}}{local}",
    }.items():
        yield change, partial(_rename_attribute, name=name, other=other)
    for label, text in _texts(value):
        yield f"says {label}", partial(_set, name=name, value=text)


def _texts(text: str) -> Iterator[tuple[str, str]]:
    for wrong in _WRONG_TEXTS:
        yield repr(wrong), wrong
    for label, rewrite in REWRITTEN.items():
        yield label, rewrite(text)


def _renamings(element: _Element) -> Iterator[tuple[str, str]]:
    name = etree.QName(element)
    local = name.localname
    standard = etree.QName(element.getroottree().getroot()).namespace
    around = f"{{{name.namespace}}}" if name.namespace else ""
    yield "misspelt", f"{around}{local}x"
    yield "in other case", f"{around}{local[0].swapcase()}{local[1:]}"
    yield "in another namespace", f"{{{FOREIGN}}}{local}"
    yield "in the standard's namespace", f"{{{standard}}}{local}"
    yield "in no namespace", local
    if local.endswith("Event"):
        for other in EVENT_TYPES:
            yield f"becomes {other}", other.replace("ex:", f"{{{FOREIGN}}}")


def _leave_out(element: _Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _double(element: _Element) -> None:
    element.addnext(deepcopy(element))


def _swap(element: _Element) -> None:
    following = element.getnext()
    assert following is not None
    following.addnext(element)


def _nest(element: _Element) -> None:
    copy = deepcopy(element)
    copy.tail = None
    _empty(element)
    element.append(copy)


def _rename(element: _Element, tag: str) -> None:
    element.tag = tag


def _add(element: _Element, tag: str, *, first: bool) -> None:
    child = etree.Element(tag)
    child.text = "1"
    element.insert(0 if first else len(element), child)


def _empty(element: _Element) -> None:
    element[:] = []
    element.text = None


def _say(element: _Element, text: str) -> None:
    element.text = text


def _set(element: _Element, name: str, value: str) -> None:
    element.set(name, value)


def _unset(element: _Element, name: str) -> None:
    del element.attrib[name]


def _rename_attribute(element: _Element, name: str, other: str) -> None:
    value = element.get(name, "")
    _unset(element, name)
    element.set(other, value)


def _way(element: _Element) -> tuple[int, ...]:
    """Return the numbers of the elements down to one, from 0 and each in its parent."""
    parent = element.getparent()
    return () if parent is None else (*_way(parent), parent.index(element))


def _place(element: _Element) -> str:
    names = [etree.QName(one).localname for one in (element, *element.iterancestors())]
    return "".join(f"/{name}" for name in reversed(names))
