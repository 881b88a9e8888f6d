"""What a sender may speak for, and what becomes of it where it speaks for others."""

from dataclasses import dataclass
from enum import StrEnum


class Strictness(StrEnum):
    """What becomes of an event in which its sender speaks for what is not its own.

    `REJECT`: it is not taken. `WARN`: it is taken, and its report says so. `OFF`: nothing is said.
    """

    REJECT = "reject"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Ownership:
    """What belongs to a sender, for the rules in `epcis_core.rules.ownership`.

    Attributes:
        owned: GLNs, company prefixes and other identifiers that belong to it or were delegated.
        strictness: what becomes of an event that goes beyond them.
    """

    owned: tuple[str, ...]
    strictness: Strictness = Strictness.WARN
