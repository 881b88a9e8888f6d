"""Queries that are refused: the exceptions of the standard, each with a sentence in every language.

References:
    EPCIS 2.0, section 8.2.6 (QueryParameterException, QueryTooLargeException)
"""

import difflib
from collections.abc import Iterable
from typing import Any

from epcis_core.errors import IdentifierError, QueryError
from epcis_core.findings import LANGUAGES, Finding, Wording, finding


class ParameterError(QueryError):
    """A parameter is unknown, its value is none, or it does not go with another.

    Attributes:
        finding: what is wrong, in every language; its `parameter` is the name as given.
    """

    def __init__(self, found: Finding, *, nearest: str | None = None) -> None:
        super().__init__(found.message, parameter=str(found.values["parameter"]), nearest=nearest)
        self.finding = found


class QueryTooLargeError(QueryError):
    """More matches than the query wants to hear of.

    Attributes:
        finding: the same in every language.
    """

    def __init__(self, parameter: str, limit: int) -> None:
        self.finding = finding("query_too_large", parameter=parameter, limit=limit)
        super().__init__(self.finding.message, parameter=parameter)


def unknown_parameter(name: str, known: Iterable[str], cutoff: float = 0.5) -> ParameterError:
    """Return the error for a name that is no parameter, with the nearest right one.

    Args:
        name: as given.
        known: what it might have been.
        cutoff: how alike two names must be, from 0 to 1.
    """
    nearest = next(iter(difflib.get_close_matches(name, known, n=1, cutoff=cutoff)), None)
    if nearest is None:
        return ParameterError(finding("unknown_parameter", parameter=name))
    found = finding("misspelt_parameter", parameter=name, nearest=repr(nearest))
    return ParameterError(found, nearest=nearest)


def malformed_identifier(name: str, error: IdentifierError) -> ParameterError:
    """Return the error for a value that claims to be a GS1 key and is none."""
    values: dict[str, Any] = {**error.values}
    wrong = finding(error.code, **values)
    sentences = {language: wrong.message_in(language) for language in LANGUAGES}
    problem = Wording({language: said.rstrip(".") for language, said in sentences.items()})
    return ParameterError(finding("parameter_identifier", parameter=name, problem=problem))
