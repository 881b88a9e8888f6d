"""Who may speak for what: an organisation records at places of its own, and makes its own keys.

To receive, observe, pack, use or sell what somebody else made is everybody's daily work. Two things
are not: to record at a place of somebody else, and to bring something into being under a key of
somebody else, as ObjectEvents with action ADD and outputs of transformations do.

The rules look at what belongs to the sender, and at nothing that others have registered or sent: so
they tell a sender nothing about anybody else.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from epcis_core.access.ownership import Ownership, Strictness
from epcis_core.access.visibility import PARTY, PLACE, is_key
from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Severity, Where, capped, finding
from epcis_core.identifiers import canonical
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN, KEYS
from epcis_core.model.events import EpcisEvent, ObjectEvent
from epcis_core.model.references import ObjectList, Role, object_lists

_LINK: Final = f"https://{CANONICAL_DOMAIN}/"
_GLN: Final = 13  # digits
_CACHE_SIZE: Final = 2**8


def foreign_claims(event: EpcisEvent, ownership: Ownership) -> Iterator[Finding]:
    """Yield where an event speaks for what does not belong to its sender.

    Args:
        event: whose identifiers are well formed; others say nothing here.
        ownership: what belongs to the sender, and how heavy the findings are.
    """
    if ownership.strictness is Strictness.OFF:
        return
    owned = _sorted(ownership.owned)
    for found in capped(chain(_foreign_places(event, owned), _foreign_keys(event, owned))):
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
    mine = _sorted(tuple(owned))
    return value.startswith(mine.keys) if is_key(value) else mine.cover(value, _number_of(value))


class _Owned(NamedTuple):
    """What belongs to somebody, sorted by how it is asked for.

    Attributes:
        keys: GLNs and company prefixes, in digits.
        prefixes: the company prefixes among them.
        ends: what the parties and places of these keys begin with.
        others: the other identifiers.
        within: what lots and items of these begin with.
    """

    keys: tuple[str, ...]
    prefixes: tuple[str, ...]
    ends: tuple[str, ...]
    others: frozenset[str]
    within: tuple[str, ...]

    def have(self, place: str) -> bool:
        """Tell whether a place or party is among them, as `belongs` does."""
        return place in self.others or place.startswith(self.ends)

    def cover(self, identifier: str, number: str | None) -> bool:
        """Tell whether they cover an identifier, and the number in it if it is a GS1 key."""
        return (
            self.have(identifier)
            or identifier.startswith(self.within)
            or (number is not None and number.startswith(self.prefixes))
        )


@lru_cache(_CACHE_SIZE)
def _sorted(owned: tuple[str, ...]) -> _Owned:
    keys = tuple(filter(is_key, owned))
    others = frozenset(owned).difference(keys)
    return _Owned(
        keys=keys,
        prefixes=tuple(one for one in keys if len(one) < _GLN),
        ends=tuple(start + one for one in keys for start in (PARTY, PLACE)),
        others=others,
        within=tuple(f"{one}/" for one in others),
    )


def covering(value: str) -> frozenset[str]:
    """Return all that covers an identifier if it belongs to somebody: see `covers`.

    Args:
        value: a canonical identifier.

    >>> sorted(covering("https://id.gs1.org/417/8936099140001"))[:3]
    ['8936', '89360', '893609']
    """
    around = {value[: slash.start()] for slash in re.finditer("/", value)}
    number = _number_of(value) or ""
    keys = {number[:length] for length in range(1, _GLN)}
    keys |= {
        value[len(one) :][:length]
        for one in (PARTY, PLACE)
        if value.startswith(one)
        for length in range(1, _GLN + 1)
    }
    return frozenset({value, *filter(is_key, keys), *(one for one in around if not is_key(one))})


def _foreign_places(event: EpcisEvent, owned: _Owned) -> Iterator[Finding]:
    given = vars(event).get
    for name, attribute in (("readPoint", "read_point"), ("bizLocation", "biz_location")):
        location = given(attribute)
        if location is None:
            continue
        place = _canonical(location.id) or ""
        if place.startswith(PLACE) and not owned.have(place):
            at = Where(pointer=f"/{name}/id")
            yield finding("foreign_place", at=at, actual=location.id)


def _foreign_keys(event: EpcisEvent, owned: _Owned) -> Iterator[Finding]:
    for listed in _new_objects(event):
        for index, uri in enumerate(listed.uris(event)):
            key = _canonical(uri)
            number = None if key is None else _number_of(key)
            if key is not None and number is not None and not owned.cover(key, number):
                at = Where(pointer=listed.pointer(index))
                yield finding("foreign_key", at=at, actual=uri)


def _new_objects(event: EpcisEvent) -> Iterator[ObjectList]:
    """Yield where an event names what it brings into being; a new parent is a new load alone."""
    is_added = type(event) is ObjectEvent and event.action == "ADD"
    for listed in object_lists(event):
        if is_added or listed.role is Role.OUTPUT:
            yield listed


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
