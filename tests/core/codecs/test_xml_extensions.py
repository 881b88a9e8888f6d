"""Extensions in XML: what their prefixes mean, what their values are, and reading them again."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.event_hash import event_hash
from epcis_core.model.base import Number
from epcis_core.model.namespaces import Namespaces
from epcis_core.rules import check_event
from tests.core.codecs.xml_documents import (
    EVENT,
    MARKS,
    document,
    extensions,
    the_event,
    with_extension,
)

# --- prefixes ------------------------------------------------------------------------------------

PREFIXES: Final[dict[str, tuple[str, dict[str, Any], dict[str, str]]]] = {
    "of the document": (with_extension("<ex:a>1</ex:a>"), {"ex:a": "1"}, {"ex": "urn:x:ex#"}),
    "of the list of events": (
        document(EVENT.replace("</Obj", "<l:a>1</l:a></Obj")).replace(
            "<EventList>", '<EventList xmlns:l="urn:x:l#">'
        ),
        {"l:a": "1"},
        {"l": "urn:x:l#"},
    ),
    "of the event": (
        document(
            EVENT.replace("<ObjectEvent>", '<ObjectEvent xmlns:e="urn:x:e#">').replace(
                "</Obj", "<e:a>1</e:a></Obj"
            )
        ),
        {"e:a": "1"},
        {"e": "urn:x:e#"},
    ),
    "of the element": (
        with_extension('<e:a xmlns:e="urn:x:e#">1</e:a>'),
        {"e:a": "1"},
        {"e": "urn:x:e#"},
    ),
    "with another meaning inside": (
        with_extension('<ex:a>1</ex:a><ex:a xmlns:ex="urn:x:other#">2</ex:a>'),
        {"ex:a": "1", "ex-2:a": "2"},
        {"ex": "urn:x:ex#", "ex-2": "urn:x:other#"},
    ),
    "of the CBV in another sense": (
        with_extension("<gs1:a>1</gs1:a>", 'xmlns:gs1="urn:x:mine#"'),
        {"gs1-2:a": "1"},
        {"gs1-2": "urn:x:mine#", "gs1": "https://gs1.org/voc/"},
    ),
    "none": (
        with_extension('<a xmlns="urn:x:default#"><b>1</b></a>'),
        {"ns:a": {"ns:b": "1"}},
        {"ns": "urn:x:default#"},
    ),
    "none, but one for the same namespace": (
        with_extension('<a xmlns="urn:x:ex#" b="2" ex:c="3">1</a>'),
        {"ns:a": {"@b": "2", "@ex:c": "3", "#text": "1"}},
        {"ex": "urn:x:ex#", "ns": "urn:x:ex#"},
    ),
    "with a number at its end": (
        with_extension('<e2:a xmlns:e2="urn:x:e2#">1</e2:a>'),
        {"e2:a": "1"},
        {"e2": "urn:x:e2#"},
    ),
    "with another meaning inside and a number at its end": (
        with_extension('<e2:a xmlns:e2="urn:x:e2#">1</e2:a>', 'xmlns:e2="urn:x:ex#"'),
        {"e2-2:a": "1"},
        {"e2": "urn:x:ex#", "e2-2": "urn:x:e2#"},
    ),
    "that JSON cannot have": (
        with_extension("<e_x:a>1</e_x:a>", 'xmlns:e_x="urn:x:ex#"'),
        {"e-x:a": "1"},
        {"e-x": "urn:x:ex#"},
    ),
    "of no EPCIS namespace though its name is epcis": (
        with_extension('<epcis:a xmlns:epcis="urn:x:ex#">1</epcis:a>'),
        {"epcis-2:a": "1"},
        {"epcis-2": "urn:x:ex#"},
    ),
    "of XML itself": (
        with_extension('<ex:a xml:lang="vi">nho</ex:a>'),
        {"ex:a": {"@xml:lang": "vi", "#text": "nho"}},
        {"xml": "http://www.w3.org/XML/1998/namespace"},
    ),
}


@pytest.mark.parametrize(("data", "expected", "bound"), PREFIXES.values(), ids=PREFIXES.keys())
def test_a_prefix_is_kept_with_its_meaning(
    data: str, expected: dict[str, Any], bound: dict[str, str]
) -> None:
    event = the_event(data)
    assert event.event is not None
    assert event.event.extensions == expected
    assert event.namespaces.prefixes.items() >= bound.items()
    assert list(check_event(event.event, event.namespaces, event.syntax)) == []


def test_the_namespace_of_the_cbv_has_a_colon_in_json() -> None:
    event = the_event(with_extension("<mda:a>1</mda:a>", 'xmlns:mda="urn:epcglobal:cbv:mda"'))
    assert event.namespaces.expand("mda:a") == ("urn:epcglobal:cbv:mda:", "a")


def test_an_attribute_of_an_extension_counts_for_the_hash_by_its_full_name() -> None:
    def hashed(declared: str, xml: str) -> str:
        event = the_event(with_extension(xml, declared))
        assert event.event is not None
        return str(event_hash(event.event, event.namespaces))

    one = hashed('xmlns:ex="urn:x:ex#"', '<ex:a ex:b="1">c</ex:a>')
    assert hashed('xmlns:y="urn:x:ex#"', '<y:a y:b="1">c</y:a>') == one
    assert hashed('xmlns:ex="urn:x:ex#"', '<ex:a b="1">c</ex:a>') != one


# --- values --------------------------------------------------------------------------------------

VALUES: Final[dict[str, tuple[str, Any]]] = {
    "text with blanks": ("<ex:v> a\n b </ex:v>", " a\n b "),
    "text that looks like a number": ("<ex:v>1.50</ex:v>", "1.50"),
    "empty": ("<ex:v/>", ""),
    "references": ("<ex:v>&lt;&amp;&#x1F347;&#10;</ex:v>", "<&\U0001f347\n"),
    "CDATA": ("<ex:v>a<![CDATA[<b>&amp;]]>c</ex:v>", "a<b>&amp;c"),
    "comments and instructions": ("<ex:v>a<!-- b -->c<?d e?>f</ex:v>", "acf"),
    "line ends": ("<ex:v>a\r\nb\rc</ex:v>", "a\nb\nc"),
    "integer": ('<ex:v xsi:type="xsd:integer"> +007 </ex:v>', Number("7")),
    "decimal": ('<ex:v xsi:type="xsd:decimal">1.50</ex:v>', Number("1.50")),
    "double": ('<ex:v xsi:type="xsd:double">1E2</ex:v>', Number("1E2")),
    "boolean": ('<ex:v xsi:type="xsd:boolean">1</ex:v>', True),
    "string": ('<ex:v xsi:type="xsd:string">1</ex:v>', "1"),
    "date": ('<ex:v xsi:type="xsd:date">2026-03-01</ex:v>', "2026-03-01"),
    "type under another prefix": (
        '<ex:v xmlns:s="http://www.w3.org/2001/XMLSchema" xsi:type="s:integer">7</ex:v>',
        Number("7"),
    ),
    "nil": ('<ex:v xsi:nil="true"/>', None),
    "object": ("<ex:v><ex:a>1</ex:a><b>2</b></ex:v>", {"ex:a": "1", "b": "2"}),
    "array": ("<ex:v><ex:a>1</ex:a><ex:a>2</ex:a></ex:v>", {"ex:a": ["1", "2"]}),
    "attributes": ('<ex:v a="1" ex:b="2">3</ex:v>', {"@a": "1", "@ex:b": "2", "#text": "3"}),
    "mixed": (
        '<ex:v>a &lt; <ex:b c="&quot;">d</ex:b> e</ex:v>',
        {"#xml": 'a &lt; <ex:b xmlns:ex="urn:x:ex#" c="&quot;">d</ex:b> e'},
    ),
    "a name that URIs do not have": ("<ex:v><ex:tên>1</ex:tên></ex:v>", {"ex:t%C3%AAn": "1"}),
    "a marked array of one": (f'<ex:v {MARKS} json:is="item">1</ex:v>', ["1"]),
    "a marked empty array": (f'<ex:v {MARKS} json:is="array"/>', []),
    "a marked number": (f'<ex:v {MARKS} json:is="number">1e2</ex:v>', Number("1e2")),
}


@pytest.mark.parametrize(("xml", "expected"), VALUES.values(), ids=VALUES.keys())
def test_a_value_is_read(xml: str, expected: object) -> None:
    assert extensions(with_extension(xml))["ex:v"] == expected


def test_extensions_that_repeat_are_an_array() -> None:
    assert extensions(with_extension("<ex:v>1</ex:v><ex:w/><ex:v>2</ex:v>")) == {
        "ex:v": ["1", "2"],
        "ex:w": "",
    }


# --- trees of any shape ---------------------------------------------------------------------------

SPACES: Final = ("urn:x:a#", "urn:x:b#", "https://ns.example.com/c/")
NAMES: Final = ("a", "b", "_", "tên", "x.y-z")
Tree = tuple[str, str, dict[str, str], "str | list[Any]"]
"""A namespace, a name, attributes by full name, and text or trees."""


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Tree:
    """Elements of several namespaces, or none, within each other."""
    namespace = draw(st.sampled_from(SPACES if depth == 3 else (*SPACES, "")))
    names = st.sampled_from(("c", "d", *(f"{{{space}}}e" for space in SPACES)))
    attributes = draw(st.dictionaries(names, st.text("a<&\"'\t", max_size=3), max_size=2))
    text = st.text("a<>&] \n\u1ec7\U0001f347", max_size=6)
    inner = text if depth == 0 else text | st.lists(trees(depth - 1), min_size=1, max_size=3)
    return namespace, draw(st.sampled_from(NAMES)), attributes, draw(inner)


@st.composite
def written(draw: st.DrawFn, tree: Tree, bound: dict[str, str]) -> str:
    """Write a tree with prefixes as they come: those around, new ones, other meanings, or none."""
    namespace, local, attributes, inner = tree
    inside = dict(bound)
    for prefix in draw(st.lists(st.sampled_from(("p", "q", "e_x", "gs1")), max_size=2)):
        inside[prefix] = draw(st.sampled_from(SPACES))

    def prefix_for(wanted: str, *, of_attribute: bool) -> str:
        known = [
            one for one, space in inside.items() if space == wanted and (one or not of_attribute)
        ]
        if not known:
            known = [f"n{len(inside)}"] if of_attribute or draw(st.booleans()) else [""]
            inside[known[0]] = wanted
        return draw(st.sampled_from(known))

    names = {}
    for full, value in attributes.items():
        space, _, name = full.rpartition("}")
        own = f"{prefix_for(space[1:], of_attribute=True)}:{name}" if space else name
        names[own] = value
    if not namespace and inside.get(""):
        inside[""] = ""
    prefix = prefix_for(namespace, of_attribute=False) if namespace else ""
    tag = f"{prefix}:{local}" if prefix else local
    for one, space in inside.items():
        if bound.get(one, "") != space:
            names[f"xmlns:{one}" if one else "xmlns"] = space
    opening = "".join(f" {name}={quoted(value)}" for name, value in names.items())
    if isinstance(inner, str):
        content = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if inner and "]]" not in inner and draw(st.booleans()):
            content = f"<![CDATA[{inner}]]>"
    else:
        between = st.sampled_from(("", "\n ", "<!-- <x> -->", "<?p x?>"))
        content = "".join(draw(between) + draw(written(one, inside)) for one in inner)
    return f"<{tag}{opening}>{content}</{tag}>"


def quoted(value: str) -> str:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace("\t", "&#9;")
    return "'{}'".format(escaped.replace("'", "&apos;"))


Pairs = list[tuple[str, object]]
"""Members by their full names, sorted; where a name repeats, it stands once for each value."""


def meant(tree: Tree) -> object:
    """What an element says."""
    _, _, attributes, inner = tree
    pairs: Pairs = []
    for full, value in attributes.items():
        space, brace, name = full.rpartition("}")
        pairs.append((f"{space}{brace}@{name}", value))
    if isinstance(inner, str):
        if not pairs:
            return inner
        pairs += [("#text", inner)] if inner else []
    else:
        pairs += [(named(one), meant(one)) for one in inner]
    return sorted(pairs, key=repr)


def named(tree: Tree) -> str:
    namespace, local, _, _ = tree
    return f"{{{namespace}}}{local}" if namespace else local


def in_full(value: object, namespaces: Namespaces) -> object:
    """What a value in JSON says. Names that differ in their prefix alone are the same."""
    if not isinstance(value, dict):
        return value
    pairs: Pairs = []
    for name, inner in value.items():
        namespace, local = namespaces.expand(name)
        plain = local.replace("t%C3%AAn", "tên")
        full = f"{{{namespace}}}{plain}" if namespace else plain
        values = inner if isinstance(inner, list) else [inner]
        pairs += [(full, in_full(one, namespaces)) for one in values]
    return sorted(pairs, key=repr)


@given(tree=trees(), data=st.data())
def test_an_extension_of_any_shape_means_what_it_says(tree: Tree, data: st.DataObject) -> None:
    around = {"p": SPACES[0], "ex": SPACES[1]}
    xml = data.draw(written(tree, around))
    declared = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in around.items())
    event = the_event(with_extension(xml, declared))
    assert xml in event.text
    assert event.event is not None
    assert in_full(event.event.extensions, event.namespaces) == [(named(tree), meant(tree))]
