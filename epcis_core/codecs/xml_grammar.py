"""The grammar of EPCIS in XML, as `schemas/xml` states it: what an element holds, in which order.

References:
    EPCIS 2.0, section 9.5 and its XML schemas; EPCIS 1.2, section 9
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_values import KINDS, Read, token

_NO_SHAPES: Final = frozenset({"namespaces", "events"})


@dataclass(frozen=True, slots=True)
class Row:
    """One child element, or attribute, that an element may have.

    Attributes:
        tag: its name as lxml spells it.
        member: its name in JSON.
        rank: its place in the order, from 0; the same for all where order does not matter.
        is_single: it may stand once.
        is_required: it must stand.
        kind: the word that the tables use for what it holds.
        read: how its text is read; None where it has parts.
        shape: its parts; None where it is text or content of another standard.
        after: the member that must stand before it; empty for none.
        is_nillable: `xsi:nil` may say that it has no value.
        schema_type: the built-in type of XML Schema that its text must be of; empty where the model
            says what it must be.
        inside: what content of another standard consists of; None where that is not looked at.
    """

    tag: str
    member: str
    rank: int
    is_single: bool
    is_required: bool
    kind: str
    read: Read | None
    shape: "Shape | None"
    after: str = ""
    is_nillable: bool = False
    schema_type: str = ""
    inside: "Shape | None" = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What an element consists of.

    Attributes:
        name: the table's name.
        rows: child elements by tag.
        required: those that must stand.
        attributes: attributes by name.
        required_attributes: those that must stand.
        any_attribute: others may stand too.
        item: the one child element of a list; None for other elements.
        needs_item: the list may not be empty.
        text: the member that the element's text is; None where it has none.
        is_flat: its members belong to the element around it.
        in_order: its children stand in the order of their ranks.
        other: rank of elements of other namespaces; None where there may be none.
        local: rank of elements of no namespace.
        is_bare: these have their bare name in JSON.
        needs_child: it may not be empty.
        is_choice: it holds one of its children.
        is_later: readers of this version do not know what it holds.
        known: members that are named here: by children, those of wrappers, attributes and the text.
    """

    name: str
    rows: Mapping[str, Row]
    required: tuple[Row, ...]
    attributes: Mapping[str, Row]
    required_attributes: tuple[Row, ...]
    any_attribute: bool
    item: Row | None
    needs_item: bool
    text: Row | None
    is_flat: bool
    in_order: bool
    other: int | None
    local: int | None
    is_bare: bool
    needs_child: bool
    is_choice: bool
    is_later: bool = False
    known: frozenset[str] = frozenset()


EMPTY: Final = Shape(
    name="",
    rows={},
    required=(),
    attributes={},
    required_attributes=(),
    any_attribute=False,
    item=None,
    needs_item=False,
    text=None,
    is_flat=False,
    in_order=True,
    other=None,
    local=None,
    is_bare=False,
    needs_child=False,
    is_choice=False,
)
"""What has neither parts nor attributes."""

Grammar = Mapping[str, Shape]
"""The shapes of one version, by name; events and documents by the name of their element."""


@cache
def grammar(version: XmlVersion) -> Grammar:
    """Return the grammar of a version of EPCIS."""
    tables = _tables(version)
    loader = _Loader(tables)
    return {name: loader.shape(name) for name in tables.keys() - _NO_SHAPES}


@cache
def event_depths(version: XmlVersion) -> Mapping[str, int]:
    """Return in how many `extension` elements an event of each type stands in its list.

    Events of other namespaces are named `#other`.

    >>> event_depths("1.2")["TransformationEvent"]
    1
    """
    return dict(_tables(version)["events"])


def _tables(version: XmlVersion) -> dict[str, dict[str, Any]]:
    folder = files("schemas") / "xml"
    tables: dict[str, dict[str, Any]] = {}
    for name in ("common", f"epcis-{version}"):
        text = (folder / f"{name}.toml").read_text(encoding="utf-8")
        for key, table in tomllib.loads(text).items():
            tables[key] = {**tables.get(key, {}), **table}
    return tables


class _Loader:
    """Makes shapes of tables."""

    def __init__(self, tables: Mapping[str, dict[str, Any]]) -> None:
        self._tables = tables
        self._shapes: dict[str, Shape] = {}

    def shape(self, name: str) -> Shape:
        """Return the shape that a table describes."""
        if name not in self._shapes:
            self._shapes[name] = self._read(name, self._tables[name])
        return self._shapes[name]

    def _read(self, name: str, table: dict[str, Any]) -> Shape:
        in_order = not table.get("any_order", False)
        lines = list(self._lines(table))
        wild = {line.split()[0]: rank for rank, line in enumerate(lines) if line[0] == "#"}
        rows = {
            row.tag: row
            for rank, line in enumerate(lines)
            if line[0] != "#"
            for row in [self._row(line, rank if in_order else 0)]
        }
        if not in_order:
            wild = dict.fromkeys(wild, 0)
        attributes = {
            row.tag: row for line in table.get("attributes", ()) for row in [self._row(line, 0)]
        }
        listed = table.get("list", "")
        item = self._row(listed, 0) if listed else None
        member, _, kind = table.get("text", "").partition(" ")
        flat = (row.shape.known for row in rows.values() if row.shape and row.shape.is_flat)
        return Shape(
            name=name,
            rows=rows,
            required=tuple(row for row in rows.values() if row.is_required),
            attributes=attributes,
            required_attributes=tuple(row for row in attributes.values() if row.is_required),
            any_attribute=table.get("any_attribute", False),
            item=item,
            needs_item=item is not None and item.is_required,
            text=self._row(f"{member} 1 {kind}", 0) if member else None,
            is_flat=table.get("flat", False),
            in_order=in_order,
            other=wild.get("#other"),
            local=wild.get("#local", wild.get("#bare")),
            is_bare="#bare" in wild,
            is_choice=table.get("choice", False),
            needs_child=any(line[0] == "#" and line.endswith("+") for line in lines),
            is_later=table.get("later", False),
            known=frozenset({member}).union(
                (row.member for row in [*rows.values(), *attributes.values()] if _is_member(row)),
                *flat,
            ),
        )

    def _lines(self, table: dict[str, Any]) -> Iterator[str]:
        for line in table.get("content", ()):
            if line[0] == "@":
                yield from self._lines(self._tables[line[1:]])
            else:
                yield line

    def _row(self, line: str, rank: int) -> Row:
        """Read one line, such as `EPCISBody>epcisBody 1 Body`."""
        named, often, *kind = line.split()
        name, _, member = named.partition(">")
        prefix, colon, local = name.rpartition(":")
        tag = f"{{{self._tables['namespaces'][prefix]}}}{local}" if colon else local
        kind_name = kind[0] if kind else ""
        is_shape = kind_name in self._tables
        schema_type = kind_name.removeprefix("xsd:") if kind_name.startswith("xsd:") else ""
        is_checked = kind_name == "foreign" and len(kind) > 1
        return Row(
            tag=tag,
            member=member or name,
            rank=rank,
            is_single=often in {"1", "?"},
            is_required=often in {"1", "+"},
            kind=kind_name,
            read=token if schema_type else KINDS.get(kind_name),
            shape=self.shape(kind_name) if is_shape else None,
            after=kind[2] if kind[1:2] == ["after"] else "",
            is_nillable=kind[1:] == ["or", "nil"],
            schema_type=schema_type,
            inside=self.shape(kind[1]) if is_checked else None,
        )


def _is_member(row: Row) -> bool:
    """Tell whether an element is a member of JSON by its name in the grammar."""
    return row.read is not None or (row.shape is not None and not row.shape.is_flat)
