"""What stands where it may not: elements unknown, out of order, given twice, in a wrong namespace.

References:
    EPCIS 2.0, section 9.5
"""

import difflib
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

from lxml.etree import _Element

from epcis_core.codecs.xml_extension import ExtensionReader
from epcis_core.codecs.xml_grammar import Row, Shape
from epcis_core.codecs.xml_names import MEMBER, epcis_version, split_tag
from epcis_core.codecs.xml_places import Trail
from epcis_core.codecs.xml_scope import XML

_LONGEST_SLIP: Final = 60


def unknown(
    reader: ExtensionReader, child: _Element, known: Collection[str], trail: Trail | None
) -> None:
    """Say that an element is not known where it stands.

    Args:
        reader: takes the finding.
        child: the element.
        known: tags that may stand there.
        trail: the way to what it stands in.
    """
    namespace, local = split_tag(child.tag)
    name = written_name(child)
    here: Trail = (trail, local if epcis_version(namespace) else name)
    names = _folded(tuple(known))
    if epcis_version(namespace) and local.casefold() in names:
        reader.fault("wrong_namespace", child, here, name=local, actual=namespace)
    elif namespace:
        if names:
            shown = ", ".join(f"'{one}'" for one in names.values())
            reader.fault("field_not_allowed", child, here, field=name, known=shown)
        else:
            reader.fault("element_not_allowed", child, here, field=name)
    else:
        near: list[str] = []
        if len(local) <= _LONGEST_SLIP and reader.suggests:
            near = difflib.get_close_matches(local.casefold(), names, n=1)
        if near:
            reader.fault("misspelt_field", child, here, field=local, nearest=names[near[0]])
        else:
            reader.fault("unknown_element", child, here, field=local)


@lru_cache(64)
def _folded(tags: tuple[str, ...]) -> dict[str, str]:
    """Return the local names of tags by how they look whatever the case."""
    return {name.casefold(): name for name in (split_tag(tag)[1] for tag in tags)}


def misplaced(
    reader: ExtensionReader, child: _Element, row: Row, trail: Trail | None, seen: Collection[str]
) -> None:
    """Say that an element of the standard stands too late, or once more.

    Args:
        reader: takes the finding.
        child: the element.
        row: what the grammar says of it.
        trail: the way to what it stands in.
        seen: members that stand before it.
    """
    _, local = split_tag(child.tag)
    here: Trail = (trail, row.member)
    if row.is_single and row.member in seen:
        reader.fault("element_repeated", child, here, field=local)
    else:
        reader.fault("out_of_order", child, here, field=local, before=_name_before(child))


def beyond(
    reader: ExtensionReader,
    child: _Element,
    shape: Shape,
    trail: Trail | None,
    foreign: list[_Element],
) -> None:
    """Take in an element that no line of the grammar names.

    Args:
        reader: takes the finding, where it may not stand there.
        child: the element.
        shape: what the grammar says of the element around it.
        trail: the way to what it stands in.
        foreign: takes it, where it may.
    """
    namespace, _ = split_tag(child.tag)
    allowed = shape.other if namespace else shape.local
    if allowed is None or epcis_version(namespace):
        unknown(reader, child, shape.rows, trail)
    else:
        foreign.append(child)


def too_early(
    reader: ExtensionReader, early: Iterable[_Element], child: _Element, trail: Trail | None
) -> None:
    """Say that extensions stand before an element of the standard.

    Args:
        reader: takes the findings.
        early: the extensions.
        child: the element.
        trail: the way to what they stand in.
    """
    _, behind = split_tag(child.tag)
    for one in early:
        name = written_name(one)
        reader.fault("extension_too_early", one, (trail, name), field=name, behind=behind)


def not_one(reader: ExtensionReader, element: _Element, shape: Shape, trail: Trail | None) -> None:
    """Say that an element holds none, or several, of those of which it holds one.

    Args:
        reader: takes the finding.
        element: what should hold one.
        shape: what the grammar says of it.
        trail: the way to it.
    """
    names = [split_tag(child.tag)[1] for child in element if child.tag in shape.rows]
    if names:
        here: Trail = (trail, shape.rows[names[-1]].member)
        known = f"'{names[0]}'"
        reader.fault("field_not_allowed", element[-1], here, field=names[-1], known=known)
    else:
        fields = ", ".join(split_tag(tag)[1] for tag in shape.rows)
        reader.fault("one_of_missing", element, trail, fields=fields)


def without_standard_names(
    reader: ExtensionReader,
    named: Iterable[tuple[str, _Element]],
    shape: Shape,
    trail: Trail | None,
) -> list[tuple[str, _Element]]:
    """Return extensions but those that take the name of a standard member, which are findings."""
    standard = {row.member for row in shape.rows.values()} | {"type", "@context"}
    kept = []
    for name, element in named:
        if element.tag == MEMBER and not shape.is_bare and name in standard:
            reader.fault("contradicting_mark", element, trail, at_pointer=name)
        else:
            kept.append((name, element))
    return kept


def written_name(element: _Element) -> str:
    """Return the name of an element as it is written, prefix and all."""
    local = split_tag(element.tag)[1]
    return f"{element.prefix}:{local}" if element.prefix else local


def attribute_name(element: _Element, tag: str) -> str:
    """Return the name of an attribute with a prefix that its namespace has there."""
    namespace, local = split_tag(tag)
    bound = {XML: "xml", **{uri: prefix for prefix, uri in element.nsmap.items() if prefix}}
    return f"{bound[namespace]}:{local}" if namespace else local


def _name_before(child: _Element) -> str:
    previous = child.getprevious()
    return "" if previous is None else split_tag(previous.tag)[1]
