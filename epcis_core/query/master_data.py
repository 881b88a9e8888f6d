"""What master data say, once versions, senders, vocabularies and spellings are put together.

An element is an identifier in a vocabulary. What holds of it:

- Each sender speaks for itself. Its later version counts attribute by attribute: what that version
  does not mention stays as an earlier one said it. An attribute with nothing in it is taken back.
  Children are one statement: the latest version that names any replaces the list of the earlier
  ones.
- What different senders say is put together: attributes then have several values, and the hierarchy
  has the edges of all.
- The hierarchy is one over all vocabularies: a place is below a site whichever list says so. It may
  have cycles; then each element of a cycle is below each other, and below itself.
- An event's value is described by elements of its own identifier in any vocabulary. A party is
  described as a place too, by the GLN without extension.

Everything here is plain and in memory; the store does the same in SQL.

References:
    EPCIS 2.0, sections 6.1.1, 6.5 and 8.2.7
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from epcis_core.model.master_data import compared_text
from epcis_core.query.fields import AttributeTest

_PARTY: Final = "https://id.gs1.org/417/"
_PLACE: Final = "https://id.gs1.org/414/"


@dataclass(frozen=True, slots=True)
class Version:
    """What one sender said of one element at one time.

    Attributes:
        sequence: its place in the ledger.
        organisation: the sender.
        vocabulary: the type of its vocabulary.
        key: its identifier, by `element_key`.
        attributes: name, by `attribute_name`, and value; None where nothing is said under it. A
            name with several values repeats.
        children: keys of what lies directly below it.
    """

    sequence: int
    organisation: str
    vocabulary: str
    key: str
    attributes: tuple[tuple[str, Any], ...] = ()
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """What holds of one element.

    Attributes:
        vocabulary: the type of its vocabulary.
        key: its identifier.
        attributes: name and value, in the order in which they were said; no value is None, and none
            is there twice.
        children: keys of what lies directly below it, likewise.
    """

    vocabulary: str
    key: str
    attributes: tuple[tuple[str, Any], ...]
    children: tuple[str, ...]

    def passes(self, test: AttributeTest) -> bool:
        """Tell whether it says what a test asks for."""
        return any(
            name in test.names and (test.values is None or compared_text(value) in test.values)
            for name, value in self.attributes
        )


def held(versions: Iterable[Version]) -> list[Element]:
    """Return what holds of each element, in order of vocabulary and key."""
    of_element: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for version in sorted(versions, key=lambda one: one.sequence):
        of_element[version.vocabulary, version.key].append(version)
    return [
        Element(vocabulary, key, attributes_said(said), children_said(said))
        for (vocabulary, key), said in sorted(of_element.items())
    ]


def attributes_said(versions: Iterable[Version]) -> tuple[tuple[str, Any], ...]:
    """Return name and value of the attributes that hold, in the order in which they were said.

    Args:
        versions: of one identifier, in order of sequence.
    """
    said: dict[tuple[str, str, str], list[Any]] = {}
    for version in versions:
        now: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
        for name, value in version.attributes:
            now[name, version.organisation, version.vocabulary].append(value)
        for key, values in now.items():
            said.pop(key, None)  # what is said anew stands behind what was said before
            said[key] = values
    found: list[tuple[str, Any]] = []
    for (name, _, _), values in said.items():
        for value in values:
            if value is not None and (name, value) not in found:
                found.append((name, value))
    return tuple(found)


def children_said(versions: Iterable[Version]) -> tuple[str, ...]:
    """Return the keys directly below one identifier; `versions` as for `attributes_said`."""
    said: dict[tuple[str, str], tuple[str, ...]] = {}
    for version in versions:
        if version.children:
            said[version.organisation, version.vocabulary] = version.children
    return tuple(dict.fromkeys(child for children in said.values() for child in children))


class MasterData:
    """Master data in memory, and what queries ask of them.

    Args:
        versions: every version, in any order.

    Attributes:
        elements: what holds, in order of vocabulary and key.
    """

    def __init__(self, versions: Iterable[Version]) -> None:
        self.elements = held(versions)

    def below(self, keys: Iterable[str]) -> frozenset[str]:
        """Return the keys, and all that lies below them at any depth."""
        children: dict[str, list[str]] = defaultdict(list)
        for element in self.elements:
            children[element.key] += element.children
        return reached(children, keys)

    def describes(self, key: str, test: AttributeTest) -> bool:
        """Tell whether what holds of the value of an event's field passes a test."""
        names = names_of(key)
        return any(element.key in names and element.passes(test) for element in self.elements)


def reached(children: Mapping[str, Iterable[str]], keys: Iterable[str]) -> frozenset[str]:
    """Return keys, and all that can be reached from them by going down, cycles or not.

    >>> sorted(reached({"a": ["b"], "b": ["c", "a"], "d": ["a"]}, ["a"]))
    ['a', 'b', 'c']
    """
    found, left = set[str](), list(keys)
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left += children.get(key, ())
    return frozenset(found)


def names_of(key: str) -> Collection[str]:
    """Return the keys of the elements that describe the value of an event's field.

    >>> names_of("https://id.gs1.org/417/4012345000054")
    ('https://id.gs1.org/417/4012345000054', 'https://id.gs1.org/414/4012345000054')
    """
    gln = key.removeprefix(_PARTY)
    return (key,) if gln == key else (key, _PLACE + gln)
