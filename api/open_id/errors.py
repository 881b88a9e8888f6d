"""Why nobody was let in."""

from typing import Literal

from epcis_core.errors import EpcisError

Fault = Literal["unreachable", "refused", "not_confirmed"]
"""The service does not answer as one; it did not want to; or what it says cannot be relied on."""


class OpenIdError(EpcisError):
    """A service did not tell who somebody is; the message, for who operates, says why.

    Attributes:
        fault: the kind of it.
    """

    def __init__(self, fault: Fault, message: str) -> None:
        self.fault: Fault = fault
        super().__init__(message)
