"""Patterns for many objects at once: `urn:epc:idpat:sgtin:4012345.*.*`.

A part of a pattern is exact, a range `[100-199]` of numbers, or `*`. Behind the first part that is
not exact all are `*`, since what stands left says how the rest is to be read: without the company
prefix nobody knows where the item reference begins.

References:
    EPCIS 2.0, section 8.2.7.1.1; GS1 EPC Tag Data Standard, section 8
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.findings import finding
from epcis_core.identifiers.schemes import EPC_URI_PREFIX_LENGTHS, SCHEMES, Scheme
from epcis_core.query.refusal import ParameterError

PATTERN: Final = "urn:epc:idpat:"
"""What a pattern begins with."""

_RANGE: Final = re.compile(r"\[([0-9]{1,30})-([0-9]{1,30})\]")
_NAME: Final = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; a part with anything but digits is in no range.

    Attributes:
        low: the least.
        high: the greatest.
    """

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the parts of an EPC URI must be.

    Attributes:
        name: of its scheme, as in the EPC URI.
        parts: each exact, as the EPC URI writes it, a range, or None for anything. At least one is
            not exact.
    """

    name: str
    parts: tuple[str | Range | None, ...]

    @property
    def scheme(self) -> Scheme | None:
        """The scheme of GS1 whose identifiers it stands for; None for `gid` and the like."""
        found = _SCHEMES.get(self.name)
        return None if found is None else found[0]


def read_pattern(value: str, parameter: str) -> Pattern | str:
    """Read a pattern.

    Args:
        value: a text that begins with `PATTERN`.
        parameter: whose value it is.

    Returns:
        The pattern, or the EPC URI of the one object that it stands for.

    Raises:
        ParameterError: it is none.
    """
    name, _, body = value.removeprefix(PATTERN).partition(":")
    scheme, template = _SCHEMES.get(name, (None, ""))
    fields = template.rpartition(":")[2].split(".") if template else []
    written = body.split(".", len(fields) - 1) if fields else body.split(".")
    parts = tuple(_part(one) for one in written)
    exact = next((n for n, part in enumerate(parts) if not isinstance(part, str)), len(parts))
    is_right = (
        _NAME.fullmatch(name) is not None
        and (not fields or len(parts) == len(fields))
        and all(parts[:exact])
        and all(part is None for part in parts[exact + 1 :])
        and (scheme is None or _fits(scheme, parts))
    )
    if not is_right:
        expected = template or f"urn:epc:id:{name}:…"
        raise ParameterError(
            finding("parameter_pattern", parameter=parameter, actual=repr(value), expected=expected)
        )
    if exact == len(parts):
        return f"{template.rpartition(':')[0] or f'urn:epc:id:{name}'}:{body}"
    return Pattern(name, parts)


def _part(written: str) -> str | Range | None:
    found = _RANGE.fullmatch(written)
    if found is not None and int(found[1]) <= int(found[2]):
        return Range(int(found[1]), int(found[2]))
    return None if written == "*" else written


def _fits(scheme: Scheme, parts: tuple[str | Range | None, ...]) -> bool:
    """Tell whether company prefix and reference have the digits that a key needs."""
    company, reference = parts[0], parts[1] if len(parts) > 1 else None
    if company is None:
        return True
    if not isinstance(company, str) or not _is_number(company):
        return False
    if len(company) not in EPC_URI_PREFIX_LENGTHS:
        return False
    key = scheme.key
    if key.check_at is None or not isinstance(reference, str):
        return True
    width = key.check_at - (key.in_front == "zero") - len(company)
    return len(reference) == width and (not width or _is_number(reference))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _schemes() -> Mapping[str, tuple[Scheme, str]]:
    """Return the scheme and the EPC URI of each name that single objects or lots have."""
    found = {}
    for scheme in SCHEMES.values():
        for uri in scheme.epc_uris:
            if not uri.startswith(PATTERN):
                found[uri.split(":")[3]] = scheme, uri
    return found


_SCHEMES: Final = _schemes()
