"""What a person may have meant by an identifier that is right but for its check digit.

The digit is there to catch slips of the keyboard, and so one that is wrong is never put right in
what is captured; only a person is asked.

    >>> found = mistyped("(01)04012345123459(10)L1")
    >>> found.message.partition(";")[0]
    'The check digit of (01)04012345123459(10)L1 should be 6, not 9'
    >>> meant_by("(01)04012345123459(10)L1")
    'https://id.gs1.org/01/04012345123456/10/L1'
"""

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Where, finding
from epcis_core.identifiers.reading import parse_identifier


def mistyped(text: str) -> Finding | None:
    """Return what to ask a person who typed an identifier, or None where its check digit is right.

    Args:
        text: any spelling.
    """
    error = _error_in(text)
    if error is None or error.meant is None:
        return None
    return finding("mistyped_check_digit", at=Where(), meant=error.meant, **error.values)


def meant_by(text: str) -> str | None:
    """Return the canonical identifier with the right check digit, where only that is wrong."""
    error = _error_in(text)
    return None if error is None else error.meant


def _error_in(text: str) -> IdentifierError | None:
    try:
        parse_identifier(text)
    except IdentifierError as error:
        return error
    return None
