"""Who may speak for what: an organisation records at places of its own, and makes its own keys.

To receive, observe, pack, use or sell what somebody else made is everybody's daily work. Two things
are not: to record at a place of somebody else, and to bring something into being under a key of
somebody else, as ObjectEvents with action ADD and outputs of transformations do.

The rules look at what belongs to the sender, and at nothing that others have registered or sent: so
they tell a sender nothing about anybody else.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from epcis_core.access.ownership import Ownership, Strictness
from epcis_core.access.visibility import PLACE, belongs, is_key
from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Severity, Where, capped, finding
from epcis_core.identifiers import canonical
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN, KEYS
from epcis_core.model.events import EpcisEvent, ObjectEvent
from epcis_core.model.references import ObjectReference, Role, object_references

_LINK: Final = f"https://{CANONICAL_DOMAIN}/"
_GLN: Final = 13  # digits


def foreign_claims(event: EpcisEvent, ownership: Ownership) -> Iterator[Finding]:
    """Yield where an event speaks for what does not belong to its sender.

    Args:
        event: whose identifiers are well formed; others say nothing here.
        ownership: what belongs to the sender, and how heavy the findings are.
    """
    if ownership.strictness is Strictness.OFF:
        return
    for found in capped([*_foreign_places(event, ownership), *_foreign_keys(event, ownership)]):
        heavy = ownership.strictness is Strictness.REJECT and found.severity is Severity.WARNING
        yield replace(found, severity=Severity.ERROR) if heavy else found


def covers(owned: Collection[str], value: str) -> bool:
    """Tell whether what belongs to somebody covers an identifier, a GLN or a company prefix.

    Args:
        owned: GLNs of 13 digits, company prefixes of fewer, and other identifiers as they are; one
            of a product stands for its lots and items too.
        value: a canonical identifier, or digits as in `owned`.

    >>> covers(["8936099"], "https://id.gs1.org/01/08936099141015/10/L1")
    True
    >>> covers(
    ...     ["https://id.gs1.org/01/08936099141015"], "https://id.gs1.org/01/08936099141015/10/L1"
    ... )
    True
    >>> covers(["8936099"], "89360991"), covers(["8936099140001"], "8936099")
    (True, False)
    """
    if is_key(value):
        return any(is_key(one) and value.startswith(one) for one in owned)
    if belongs(value, owned):
        return True
    number = _number_of(value)
    return any(
        number is not None and len(one) < _GLN and number.startswith(one)
        if is_key(one)
        else value.startswith(f"{one}/")
        for one in owned
    )


def _foreign_places(event: EpcisEvent, ownership: Ownership) -> Iterator[Finding]:
    for name, attribute in (("readPoint", "read_point"), ("bizLocation", "biz_location")):
        location = getattr(event, attribute, None)
        if location is None:
            continue
        place = _canonical(location.id) or ""
        if place.startswith(PLACE) and not belongs(place, ownership.owned):
            at = Where(pointer=f"/{name}/id")
            yield finding("foreign_place", at=at, actual=location.id)


def _foreign_keys(event: EpcisEvent, ownership: Ownership) -> Iterator[Finding]:
    for reference in object_references(event):
        if not _is_new(event, reference):
            continue
        key = _canonical(reference.uri)
        if key is not None and _number_of(key) is not None and not covers(ownership.owned, key):
            at = Where(pointer=reference.pointer)
            yield finding("foreign_key", at=at, actual=reference.uri)


def _is_new(event: EpcisEvent, reference: ObjectReference) -> bool:
    """Tell whether an event brings what it names into being; a new parent is a new load alone."""
    is_added = isinstance(event, ObjectEvent) and event.action == "ADD"
    return is_added or reference.role is Role.OUTPUT


def _canonical(uri: str) -> str | None:
    try:
        return canonical(uri)
    except IdentifierError:
        return None


def _number_of(identifier: str) -> str | None:
    """Return the number in a GS1 key from its company prefix on; None for what is none."""
    ai, _, rest = identifier.removeprefix(_LINK).partition("/")
    key = KEYS.get(ai) if identifier.startswith(_LINK) else None
    return None if key is None else rest.partition("/")[0][key.prefix_at :]
