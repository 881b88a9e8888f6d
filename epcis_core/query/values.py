"""Reading what was given with a query parameter, and saying what was expected instead."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from epcis_core.errors import IdentifierError
from epcis_core.findings import Phrase, finding, phrase
from epcis_core.identifiers import canonical, parse_identifier
from epcis_core.model.master_data import BLANKS, element_key
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import microseconds
from epcis_core.query.conditions import Operand
from epcis_core.query.refusal import ParameterError, malformed_identifier
from epcis_core.vocabulary import VocabularyList, bare_word

_Choice = TypeVar("_Choice")
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,6})?"
)
_UUID: Final = "urn:uuid:"

TRUTH: Final[Mapping[str, bool]] = {"true": True, "false": False}
"""The spellings of a boolean."""

FLAG: Final[Mapping[str, bool]] = {"": True, "true": True, "1": True, "false": False, "0": False}
"""The spellings of a parameter that asks whether something is there; it needs no value."""


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each name; a list is given by repeating the name."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def refused(name: str, expected: str | Phrase, value: str) -> ParameterError:
    """Return the error for a value that is none."""
    return ParameterError(
        finding("parameter_value", parameter=name, expected=expected, actual=repr(value))
    )


def single(name: str, given: list[str]) -> str:
    """Return the one value of a parameter that takes one.

    Raises:
        ParameterError: there are several.
    """
    if len(given) > 1:
        raise ParameterError(finding("parameter_repeated", parameter=name, number=len(given)))
    return given[0]


def count(name: str, given: list[str]) -> int:
    """Return the one value of a parameter that takes a whole number above 0.

    Raises:
        ParameterError: it is none.
    """
    value = single(name, given)
    if re.fullmatch("0*[1-9][0-9]{0,17}", value) is None:
        raise refused(name, phrase("a_count"), value)
    return int(value)


def chosen(choices: Mapping[str, _Choice], name: str, given: list[str]) -> _Choice:
    """Return what the one value of a parameter stands for.

    Raises:
        ParameterError: it is none of the choices.
    """
    value = single(name, given)
    if value not in choices:
        raise refused(name, phrase("one_of", choices=", ".join(filter(None, choices))), value)
    return choices[value]


def moment(name: str, given: list[str]) -> int:
    """Return the one value of a parameter that takes a time, in microseconds since 1970 UTC.

    Raises:
        ParameterError: it is none, or has no zone.
    """
    value = single(name, given)
    found = moment_in(value)
    if found is None:
        raise refused(name, phrase("a_moment"), value)
    return found


def numbers(name: str, given: list[str]) -> tuple[Decimal, ...]:
    """Return the values of a parameter that takes numbers.

    Raises:
        ParameterError: one of them is none.
    """
    found = []
    for value in given:
        number = number_in(value)
        if number is None:
            raise refused(name, phrase("a_number"), value)
        found.append(number)
    return tuple(found)


def number_in(text: str) -> Decimal | None:
    """Return the number that a text is; None for any other text.

    >>> number_in("-1.50e2"), number_in("12 kg")
    (Decimal('-150'), None)
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment_in(text: str) -> int | None:
    """Return the time that a text is, in microseconds since 1970 UTC; None for any other text."""
    try:
        return microseconds(text)
    except ValueError:
        return None


def operand(text: str) -> Operand:
    """Return a value that an extension field is compared with."""
    return Operand(element_key(text), number_in(text), moment_in(text))


def identifier(value: str, name: str) -> str:
    """Return a URI under which the ledger keeps its object.

    Raises:
        ParameterError: it claims to be a GS1 key and is none.
    """
    try:
        return canonical(value)
    except IdentifierError as error:
        raise malformed_identifier(name, error) from error


def event_key(event_id: str) -> str:
    """Return an event's id as it is compared: a UUID is the same in capital letters.

    References:
        RFC 9562, section 4
    """
    return event_id.lower() if event_id[: len(_UUID)].lower() == _UUID else event_id


def term(vocabulary: VocabularyList, value: str, namespaces: Namespaces) -> str:
    """Return a term as it is compared: a standard one as bare word, any other as URI.

    Args:
        vocabulary: the list it is of.
        value: in any spelling.
        namespaces: the prefixes in force; what has another prefix stays as written.

    >>> term(VocabularyList.BIZ_STEP, "ex:drying", Namespaces({"ex": "https://farm.example/"}))
    'https://farm.example/drying'
    """
    word = bare_word(vocabulary, value)
    if word != value or ":" not in value:
        return word
    return bare_word(vocabulary, "".join(namespaces.expand(value)))


def spellings(value: str) -> tuple[str, ...]:
    """Return how a value may stand in master data, which keep it as written.

    Blanks around it do not count. An identifier may be written as Digital Link or as EPC URI, the
    latter as far as the length of its company prefix is known. Any other text has one spelling.

    >>> spellings("Phan Rang ")
    ('Phan Rang',)
    >>> spellings("urn:epc:id:pgln:4012345.00005")
    ('urn:epc:id:pgln:4012345.00005', 'https://id.gs1.org/417/4012345000054')
    """
    value = value.strip(BLANKS)
    if ":" not in value:
        return (value,)
    try:
        link = canonical(value)
        urn = parse_identifier(link).epc_uri()
    except IdentifierError:
        return (value,)
    return tuple(dict.fromkeys(one for one in (value, link, urn) if one))
