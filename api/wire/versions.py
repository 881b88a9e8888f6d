"""Versions of EPCIS and CBV: what a caller accepts, what it sends, and what it gets.

References:
    EPCIS 2.0, section 12.4 (GS1-EPCIS-Version, GS1-EPCIS-Min, GS1-EPCIS-Max and those of CBV)
"""

from typing import Annotated, Final

from fastapi import Header

from api.errors import Refusal

VERSION: Final = "2.0"
"""Of EPCIS and CBV in answers."""

_NEWEST: Final = (2, 0, 1)
_OLDEST_ANSWERED: Final = (2,)
_OLDEST_TAKEN: Final = (1,)
_PATTERN: Final = r"^\d{1,9}(\.\d{1,9}){0,9}$"

Lowest = Annotated[
    str | None, Header(pattern=_PATTERN, description="The lowest version that the caller accepts.")
]
Highest = Annotated[
    str | None, Header(pattern=_PATTERN, description="The highest version that the caller accepts.")
]
Posted = Annotated[str | None, Header(pattern=_PATTERN, description="The version of what is sent.")]


async def accepted_versions(
    gs1_epcis_min: Lowest = None,
    gs1_epcis_max: Highest = None,
    gs1_cbv_min: Lowest = None,
    gs1_cbv_max: Highest = None,
) -> None:
    """Refuse a caller that takes no version of ours.

    Raises:
        Refusal: 406.
    """
    for name, least, most in (
        ("EPCIS", gs1_epcis_min, gs1_epcis_max),
        ("CBV", gs1_cbv_min, gs1_cbv_max),
    ):
        above = least is not None and _parts(least) > _NEWEST
        below = most is not None and _parts(most) < _OLDEST_ANSWERED
        if above or below:
            raise Refusal(
                406,
                "NotAcceptableException",
                f"Answers are in {name} {VERSION}; versions from {least or 'any'} "
                f"to {most or 'any'} are accepted.",
            )


async def posted_versions(gs1_epcis_version: Posted = None, gs1_cbv_version: Posted = None) -> None:
    """Refuse what is sent in a version that cannot be read.

    Raises:
        Refusal: 406.
    """
    for name, version in (("EPCIS", gs1_epcis_version), ("CBV", gs1_cbv_version)):
        if version is not None and not _OLDEST_TAKEN <= _parts(version) <= _NEWEST:
            raise Refusal(
                406,
                "NotAcceptableException",
                f"{name} {version} cannot be read; versions from 1.0 to {VERSION} can.",
            )


def _parts(version: str) -> tuple[int, ...]:
    """Return a version as numbers; what is left out at its end is zero.

    >>> _parts("2.0.0") == _parts("2") < _parts("2.0.1")
    True
    """
    parts = [int(part) for part in version.split(".")]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple(parts)
