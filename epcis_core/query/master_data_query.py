"""SimpleMasterDataQuery: its parameters as a typed query, and what it means in memory.

References:
    EPCIS 2.0, section 8.2.7.2
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from epcis_core.errors import QueryError
from epcis_core.model.master_data import Vocabulary, element_key
from epcis_core.query.fields import AttributeTest, asked_attribute, equals, has_one_of
from epcis_core.query.master_data import Element, MasterData
from epcis_core.query.values import TRUTH, chosen, count, gathered, identifier, unknown


@dataclass(frozen=True, slots=True)
class MasterDataQuery:
    """Which elements are asked for, and what of them; every condition must hold.

    Attributes:
        include_attributes: show what they say.
        include_children: show what lies directly below them.
        attribute_names: show these attributes only; None for all.
        vocabularies: types of vocabularies, of which any will do; None for every one.
        names: keys, of which any will do.
        within: keys of elements that they are, or lie somewhere below.
        tests: what they must say.
        ceiling: more elements than this are an error.
    """

    include_attributes: bool
    include_children: bool
    attribute_names: tuple[str, ...] | None = None
    vocabularies: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    within: tuple[str, ...] | None = None
    tests: tuple[AttributeTest, ...] = ()
    ceiling: int | None = None

    def shown(self, elements: Iterable[Element]) -> tuple[Vocabulary, ...]:
        """Return elements as the answer shows them, in their order, by vocabulary.

        Raises:
            QueryError: there are more than `maxElementCount`.
        """
        found = list(elements)
        if self.ceiling is not None and len(found) > self.ceiling:
            raise QueryError(
                f"More than maxElementCount = {self.ceiling} elements match",
                parameter="maxElementCount",
            )
        vocabularies: dict[str, list[dict[str, Any]]] = {}
        for element in found:
            vocabularies.setdefault(element.vocabulary, []).append(self._members(element))
        return tuple(
            Vocabulary.model_validate({"type": kind, "vocabularyElementList": members})
            for kind, members in vocabularies.items()
        )

    def _members(self, element: Element) -> dict[str, Any]:
        members: dict[str, Any] = {"id": element.key}
        if self.include_attributes:
            attributes = [
                {"id": name, "attribute": value}
                for name, value in element.attributes
                if self.attribute_names is None or name in self.attribute_names
            ]
            members |= {"attributes": attributes} if attributes else {}
        if self.include_children and element.children:
            members["children"] = element.children
        return members


def parse_master_data_query(pairs: Iterable[tuple[str, str]]) -> MasterDataQuery:
    """Read a query from parameters.

    Args:
        pairs: name and value; a list is given by repeating the name.

    Raises:
        QueryError: an unknown or missing parameter, or a value that is none.
    """
    values = gathered(pairs)
    for name in _REQUIRED:
        if name not in values:
            raise QueryError(f"{name} is missing; it is true or false", parameter=name)
    include_attributes, include_children = (
        chosen(TRUTH, name, values.pop(name)) for name in _REQUIRED
    )
    query = MasterDataQuery(include_attributes, include_children)
    for name, given in values.items():
        if name in _READERS:
            query = _READERS[name](query, name, given)
        elif name.startswith(_EQATTR):
            query = replace(query, tests=(*query.tests, _eqattr(name, given)))
        else:
            known = (*_REQUIRED, *_READERS, _EQATTR)
            raise unknown(f"Unknown query parameter {name!r}", name, name, known)
    return query


def find_elements(query: MasterDataQuery, master_data: MasterData) -> Iterator[Element]:
    """Yield the elements that a query asks for, from master data in memory."""
    within = None if query.within is None else master_data.below(query.within)
    for element in master_data.elements:
        if (
            (query.vocabularies is None or element.vocabulary in query.vocabularies)
            and (query.names is None or element.key in query.names)
            and (within is None or element.key in within)
            and all(element.passes(test) for test in query.tests)
        ):
            yield element


_Reader = Callable[[MasterDataQuery, str, list[str]], MasterDataQuery]


def _attribute_names(query: MasterDataQuery, _: str, given: list[str]) -> MasterDataQuery:
    return replace(query, attribute_names=tuple(asked_attribute(one) for one in given))


def _vocabulary_name(query: MasterDataQuery, _: str, given: list[str]) -> MasterDataQuery:
    return replace(query, vocabularies=tuple(given))


def _eq_name(query: MasterDataQuery, name: str, given: list[str]) -> MasterDataQuery:
    return replace(query, names=_keys(name, given))


def _wd_name(query: MasterDataQuery, name: str, given: list[str]) -> MasterDataQuery:
    return replace(query, within=_keys(name, given))


def _hasattr(query: MasterDataQuery, _: str, given: list[str]) -> MasterDataQuery:
    return replace(query, tests=(*query.tests, has_one_of(given)))


def _eqattr(name: str, given: list[str]) -> AttributeTest:
    attribute = name.removeprefix(_EQATTR)
    if not attribute:
        raise QueryError(f"{name}: expected an attribute at the end", parameter=name)
    return equals(attribute, given)


def _max_element_count(query: MasterDataQuery, name: str, given: list[str]) -> MasterDataQuery:
    return replace(query, ceiling=count(name, given))


def _keys(name: str, given: list[str]) -> tuple[str, ...]:
    return tuple(element_key(identifier(one, name)) for one in given)


_EQATTR: Final = "EQATTR_"
_REQUIRED: Final = ("includeAttributes", "includeChildren")
_READERS: Final[Mapping[str, _Reader]] = {
    "attributeNames": _attribute_names,
    "vocabularyName": _vocabulary_name,
    "EQ_name": _eq_name,
    "WD_name": _wd_name,
    "HASATTR": _hasattr,
    "maxElementCount": _max_element_count,
}
