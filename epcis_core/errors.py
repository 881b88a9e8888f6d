"""Exceptions for broken use or a broken system.

Bad data is not an exception but a value: see `epcis_core.findings`. These classes are raised
when a caller misuses a function or when the system under it fails.
"""


class EpcisError(Exception):
    """Base of everything this library raises on purpose."""


class ParseError(EpcisError):
    """A text that should be one value of a standard (an identifier, a time) is not."""


class IdentifierError(ParseError):
    """A text claims to be a GS1 key and is not one.

    Attributes:
        code: the finding code that says which rule it breaks, such as `wrong_check_digit`.
        values: what the finding's message needs: always `value`, mostly `expected` and `actual`.
        meant: the canonical identifier that the text would be with a right check digit, where that
            is all that is wrong with it; else None.
    """

    def __init__(self, code: str, *, meant: str | None = None, **values: str) -> None:
        self.code = code
        self.meant = meant
        self.values = values
        super().__init__(f"{code}: " + ", ".join(f"{k}={v!r}" for k, v in values.items()))


class VocabularyError(EpcisError):
    """A vocabulary list or unit is unknown to the tables."""


class QueryError(EpcisError):
    """A query parameter is unknown or its value malformed.

    Attributes:
        parameter: the parameter's name as given.
        nearest: the nearest right name, or None.
    """

    def __init__(self, message: str, *, parameter: str, nearest: str | None = None) -> None:
        self.parameter = parameter
        self.nearest = nearest
        super().__init__(message)


class TooComplexError(EpcisError):
    """A read of the ledger took longer than it may, and was given up."""


class AccessError(EpcisError):
    """An organisation, account, key or link cannot be made or used as asked; the text says why."""


class TooManyError(AccessError):
    """An organisation has as much of something as it may."""


class StoreError(EpcisError):
    """The ledger file cannot be opened, read or written."""


class DiskFullError(StoreError):
    """The disk has no room for what was to be written, and nothing of it is kept."""


class StoppedError(StoreError):
    """The disk failed in a way after which the ledger is not used until it is opened again.

    What was being written when it failed may be there then, whole, or not.
    """


class IntegrityError(StoreError):
    """The ledger contradicts itself: a hash, link or count does not recompute."""
