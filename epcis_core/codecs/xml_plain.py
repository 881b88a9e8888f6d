"""Events in XML that are plain, as nearly all are, read without a parser in a fraction of the time.

A plain event is made of tags, with attributes in double quotes, and text. It has no comments, no
references but `&amp;` and its like in texts, no prefixes of its own, no marks and no faults.
One expression cuts it into its tags and texts. Whatever that or the grammar does not expect is left
to the parser and to `xml_shape`, which alone say what an event means and what is wrong with it:
here it is read as it is there, or not at all.

References:
    XML 1.0, sections 2.2 (characters), 2.4 (text), 3.1 (tags)
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import unescape

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_grammar import Row, Shape, event_depths, grammar
from epcis_core.codecs.xml_names import JSON, LOCAL, XSI, XmlVersion
from epcis_core.codecs.xml_scope import Surroundings
from epcis_core.codecs.xml_values import (
    BLANKS,
    Simple,
    is_not_finite,
    is_of_schema_type,
    written_size,
)
from epcis_core.model.base import Number

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.:\-]{0,255}+"  # the parser refuses names that are far longer
_NO_TEXT: Final = r"<&\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_TEXT: Final = rf"[^\]{_NO_TEXT}]*+"
_TOKENS: Final = re.compile(
    rf"[ \t\r\n]*+<(?:/({_NAME})>|({_NAME})"
    rf"((?:[ \t\r\n]++[A-Za-z]++=\"[^\"\t\n{_NO_TEXT}]*+\")*+)[ \t\r\n]*+"
    rf"(?:>({_TEXT}(?:&(?:amp|lt|gt|quot|apos);{_TEXT})*+)(</\2>)|(/?)>))|.+",
    re.DOTALL,
)
"""An end tag, an element without others in it, or a start tag; all the rest where none follows."""

_QUOTES: Final = {"&quot;": '"', "&apos;": "'"}
_ATTRIBUTES: Final = re.compile(r"([A-Za-z]++)=\"([^\"]*+)\"")
_DEEPEST: Final = 16

_Token = tuple[str, str, str, str, str, str]
"""The groups of `_TOKENS`: the name of an end tag; name and attributes of an element, its text and
its end tag where it is whole, its slash where it is empty. What is not plain has no name."""


class _Part(NamedTuple):
    """A part of an event that is being read, with all wrappers in it.

    Attributes:
        members: its members so far.
        foreign: extensions in it by their names in XML, which become members in the end.
    """

    members: dict[str, Any]
    foreign: list[tuple[str, Any]]


class _NotPlainError(Exception):
    """The event is left to the parser."""


class PlainReader:
    """Reads the plain events of one document.

    Args:
        declared: the prefixes in force around them; None is the default namespace.
        around: what they mean, and the names of extensions that were found so far.
        version: which grammar the events follow.
        limits: how much is taken.
    """

    def __init__(
        self,
        declared: Mapping[str | None, str],
        around: Surroundings,
        version: XmlVersion,
        limits: Limits,
    ) -> None:
        names = event_depths(version).keys() - {"QuantityEvent", "#other"}
        shapes = grammar(version)
        self._events = {name: shapes[name] for name in names if None not in declared}
        self._namespaces = {
            prefix: uri
            for prefix, uri in declared.items()
            if prefix and uri not in {JSON, XSI} and not uri.startswith("urn:epcglobal:epcis")
        }
        self._around = around
        self._limits = limits

    def event(self, text: str) -> dict[str, Any] | None:
        """Return the members of an event, as `ShapeReader` does, or None where it is not plain."""
        if not self._events or len(text) > self._limits.entries:
            return None
        found: list[_Token] = _TOKENS.findall(text)
        tokens = iter(found if "&" not in text else map(_unescaped, found))
        start = next(tokens)
        shape = self._events.get(start[1])
        try:
            if shape is None:
                return None
            members = {"type": start[1], **self._part(tokens, start, shape)}
        except _NotPlainError:
            return None
        return members if next(tokens, None) is None else None

    def _part(self, tokens: Iterator[_Token], start: _Token, shape: Shape) -> dict[str, Any]:
        """Return the members of an element that has parts.

        Args:
            tokens: what follows its start.
            start: its start tag, or all of it.
            shape: what the grammar says of it.
        """
        part = _Part({}, [])
        if start[2] or shape.required_attributes:
            part.members.update(self._attributes(start[2], shape))
        self._read(tokens, start, shape, part)
        if part.foreign:
            self._gather([(self._name(n, shape), one) for n, one in part.foreign], part.members)
        return part.members

    def _read(self, tokens: Iterator[_Token], start: _Token, shape: Shape, part: _Part) -> None:
        """Read what is in an element into the part that it is or belongs to."""
        rank, placed, seen, is_empty = -1, len(part.foreign), set[str](), True
        for token in _inside(tokens, start):
            is_empty = False
            row = shape.rows.get(token[1])
            if row is None:
                if (shape.other if ":" in token[1] else shape.local) is None:
                    raise _NotPlainError
                part.foreign.append((token[1], self._value(tokens, token, 1)))
                continue
            if row.rank <= rank and (row.rank < rank or (row.is_single and row.member in seen)):
                raise _NotPlainError
            if len(part.foreign) > placed and shape.in_order:
                raise _NotPlainError
            if row.after and row.after not in seen:
                raise _NotPlainError
            self._take(tokens, token, row, part)
            seen.add(row.member)
            rank, placed = row.rank, len(part.foreign)
        if is_empty or shape.required or shape.is_choice:
            _check_whole(shape, seen, is_empty=is_empty)

    def _take(self, tokens: Iterator[_Token], start: _Token, row: Row, part: _Part) -> None:
        """Read an element of the standard."""
        shape = row.shape
        if shape is None:
            value: Any = self._simple(start, row)
        elif shape.is_flat:
            if start[2]:
                raise _NotPlainError
            self._read(tokens, start, shape, part)
            return
        else:
            value = self._composed(tokens, start, shape)
        if row.is_single:
            part.members[row.member] = value
        else:
            part.members.setdefault(row.member, []).append(value)

    def _composed(self, tokens: Iterator[_Token], start: _Token, shape: Shape) -> Any:
        """Return what an element of the standard says that is not text alone."""
        if shape.item is not None:
            return self._list(tokens, start, shape, shape.item)
        if shape.text is None:
            return self._part(tokens, start, shape)
        members = self._attributes(start[2], shape)
        _, _, _, text, end, empty = start
        members[shape.text.member] = self._simple(("", "", "", text, end, empty), shape.text)
        return members

    def _list(self, tokens: Iterator[_Token], start: _Token, shape: Shape, item: Row) -> list[Any]:
        values: list[Any] = []
        tag, inner = item.tag, item.shape
        for token in _inside(tokens, start):
            if token[1] != tag:
                raise _NotPlainError
            if inner is None:
                values.append(self._simple(token, item))
            else:
                values.append(self._composed(tokens, token, inner))
        if start[2] or (shape.needs_item and not values):
            raise _NotPlainError
        return values

    def _simple(self, whole: _Token, row: Row) -> Simple:
        """Return what the text of an element without attributes says."""
        if whole[2] or not (whole[4] or whole[5]) or row.read is None:
            raise _NotPlainError
        value = row.read(whole[3])
        if type(value) is not str or row.schema_type:
            self._check(value, whole[3], row)
        return value

    def _attributes(self, text: str, shape: Shape) -> dict[str, Any]:
        members: dict[str, Any] = {}
        named: list[tuple[str, str]] = _ATTRIBUTES.findall(text) if text else []
        if len(named) > self._limits.attributes:
            raise _NotPlainError
        for name, value in named:
            row = shape.attributes.get(name)
            if row is None or row.read is None or name in members:
                raise _NotPlainError
            if row.kind == "double" and is_not_finite(value):
                raise _NotPlainError
            members[name] = read = row.read(value)
            self._check(read, value, row)
        for row in shape.required_attributes:
            if row.member not in members:
                raise _NotPlainError
        return members

    def _check(self, value: Simple, text: str, row: Row) -> None:
        """Make sure that there is nothing to say of a value, given its text."""
        if type(value) is Number:
            if written_size(value) > self._limits.number_size:
                raise _NotPlainError
        elif row.schema_type and not is_of_schema_type(row.schema_type, text):
            raise _NotPlainError

    def _value(self, tokens: Iterator[_Token], start: _Token, depth: int) -> Any:
        """Return what an extension says.

        Args:
            tokens: what follows its start.
            start: its start tag, or all of it.
            depth: in how many extensions it stands, itself among them.
        """
        if start[2] or depth > min(_DEEPEST, self._limits.depth):
            raise _NotPlainError
        if start[4] or start[5]:
            return start[3]
        members: dict[str, Any] = {}
        inside = _inside(tokens, start)
        self._gather(
            [(self._key(t[1]), self._value(tokens, t, depth + 1)) for t in inside], members
        )
        return members

    def _gather(self, named: Iterable[tuple[str, Any]], members: dict[str, Any]) -> None:
        """Add extensions to the members they stand beside."""
        grouped: dict[str, list[Any]] = {}
        for name, value in named:
            grouped.setdefault(name, []).append(value)
        for name, values in grouped.items():
            if name in members:
                raise _NotPlainError
            members[name] = values if len(values) > 1 else values[0]

    def _name(self, name: str, shape: Shape) -> str:
        """Return the name in JSON of an extension among standard members."""
        if ":" in name or shape.is_bare:
            return self._key(name)
        return self._known("local", LOCAL, name)

    def _key(self, name: str) -> str:
        """Return the name in JSON of an element inside an extension."""
        prefix, colon, local = name.partition(":")
        if not colon:
            return name
        namespace = self._namespaces.get(prefix)
        if namespace is None:
            raise _NotPlainError
        return self._known(prefix, namespace, local)

    def _known(self, prefix: str, namespace: str, local: str) -> str:
        """Return a name that the parser has met, and that the prefixes around alone decide."""
        name = self._around.name(prefix, f"{{{namespace}}}{local}")
        if name is None:
            raise _NotPlainError
        return name


def _unescaped(token: _Token) -> _Token:
    end, name, attributes, text, own_end, empty = token
    return end, name, attributes, unescape(text, _QUOTES), own_end, empty


def _check_whole(shape: Shape, seen: Collection[str], *, is_empty: bool) -> None:
    """Make sure that an element holds what it must."""
    for row in shape.required:
        if row.member not in seen:
            raise _NotPlainError
    if (is_empty and shape.needs_child) or (shape.is_choice and len(seen) != 1):
        raise _NotPlainError


def _inside(tokens: Iterator[_Token], start: _Token) -> Iterator[_Token]:
    """Yield what is in an element, each before what is in that, and pass its end tag."""
    if start[4] or start[5]:
        if start[3].strip(BLANKS):
            raise _NotPlainError
        return
    for token in tokens:
        if token[0]:
            if token[0] != start[1]:
                raise _NotPlainError
            return
        yield token
    raise _NotPlainError
