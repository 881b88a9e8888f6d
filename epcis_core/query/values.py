"""Reading what was given with a query parameter, and saying what was expected instead."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from epcis_core.errors import IdentifierError, QueryError
from epcis_core.identifiers import canonical, parse_identifier
from epcis_core.model.master_data import BLANKS

_Choice = TypeVar("_Choice")

TRUTH: Final[Mapping[str, bool]] = {"true": True, "false": False}
"""The spellings of a boolean."""


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each name; a list is given by repeating the name."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def single(name: str, given: list[str]) -> str:
    """Return the one value of a parameter that takes one.

    Raises:
        QueryError: there are several.
    """
    if len(given) > 1:
        raise QueryError(f"{name} is given {len(given)} times; it takes one value", parameter=name)
    return given[0]


def count(name: str, given: list[str]) -> int:
    """Return the one value of a parameter that takes a whole number above 0.

    Raises:
        QueryError: it is none.
    """
    value = single(name, given)
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise QueryError(f"{name}: expected a whole number above 0, got {value!r}", parameter=name)
    return int(value)


def chosen(choices: Mapping[str, _Choice], name: str, given: list[str]) -> _Choice:
    """Return what the one value of a parameter stands for.

    Raises:
        QueryError: it is none of the choices.
    """
    value = single(name, given)
    if value not in choices:
        expected = " or ".join(choices)
        raise QueryError(f"{name}: expected {expected}, got {value!r}", parameter=name)
    return choices[value]


def identifier(value: str, name: str) -> str:
    """Return a URI under which the ledger keeps its object.

    Raises:
        QueryError: it claims to be a GS1 key and is none.
    """
    try:
        return canonical(value)
    except IdentifierError as error:
        raise QueryError(f"{name}: {error}", parameter=name) from error


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


def unknown(message: str, name: str, value: str, known: Iterable[str]) -> QueryError:
    """Return the error for a word that is none of those known, with the nearest.

    Args:
        message: what is wrong.
        name: the parameter.
        value: the word.
        known: what it might have been.
    """
    near = next(iter(difflib.get_close_matches(value, known, n=1, cutoff=0.5)), None)
    hint = f"; did you mean {near!r}?" if near else ""
    return QueryError(message + hint, parameter=name, nearest=near)
