"""SimpleMasterDataQuery: its parameters as a typed query, and what it means in memory.

References:
    EPCIS 2.0, section 8.2.7.2
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from epcis_core.findings import finding, phrase
from epcis_core.model.master_data import Vocabulary, element_key
from epcis_core.query.attributes import asked_attribute, equals, has_one_of
from epcis_core.query.fields import AttributeTest
from epcis_core.query.master_data import Element, MasterData
from epcis_core.query.parameter import Parameter
from epcis_core.query.refusal import ParameterError, QueryTooLargeError, unknown_parameter
from epcis_core.query.values import TRUTH, chosen, count, gathered, identifier


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
            QueryTooLargeError: there are more than `maxElementCount`.
        """
        found = list(elements)
        if self.ceiling is not None and len(found) > self.ceiling:
            raise QueryTooLargeError("maxElementCount", self.ceiling)
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
        ParameterError: an unknown or missing parameter, or a value that is none.
    """
    values = gathered(pairs)
    for name in REQUIRED:
        if name not in values:
            expected = phrase("true_or_false")
            raise ParameterError(finding("parameter_missing", parameter=name, expected=expected))
    include_attributes, include_children = (
        chosen(TRUTH, name, values.pop(name)) for name in REQUIRED
    )
    query = MasterDataQuery(include_attributes, include_children)
    for name, given in values.items():
        if name in FIXED:
            query = FIXED[name].read(query, name, given)
        elif attribute := _FAMILY.match(name):
            test = equals(name[attribute.end() :], given)
            query = replace(query, tests=(*query.tests, test))
        else:
            raise unknown_parameter(name, (*REQUIRED, *FIXED, "EQATTR_…"))
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


def _max_element_count(query: MasterDataQuery, name: str, given: list[str]) -> MasterDataQuery:
    return replace(query, ceiling=count(name, given))


def _keys(name: str, given: list[str]) -> tuple[str, ...]:
    return tuple(element_key(identifier(one, name)) for one in given)


_FAMILY: Final = re.compile("EQ_?ATTR_(?=.)")
FAMILIES: Final = {"EQ_?ATTR_.+": "Elements whose attribute of this name has one of these values."}
"""What the parameters of each family find, by the pattern of their names."""

REQUIRED: Final = {
    "includeAttributes": "Give out the attributes of each element.",
    "includeChildren": "Give out the children of each element.",
}
"""The parameters that must be there; each is true or false."""

FIXED: Final[Mapping[str, Parameter[_Reader]]] = {
    "attributeNames": Parameter(_attribute_names, "texts", "No other attributes than these."),
    "vocabularyName": Parameter(
        _vocabulary_name, "texts", "Elements of one of these types of vocabulary."
    ),
    "EQ_name": Parameter(_eq_name, "texts", "Elements with one of these ids."),
    "WD_name": Parameter(_wd_name, "texts", "Elements with one of these ids, or somewhere below."),
    "HASATTR": Parameter(_hasattr, "texts", "Elements with one of these attributes."),
    "maxElementCount": Parameter(
        _max_element_count, "count", "None at all, but an error, if there are more elements."
    ),
}
"""The parameters with fixed names that may be there, by name."""
