"""Which records an organisation may see.

It sees what it captured, and what another captured and named it in, as a party of a source or a
destination or by a place of its own. Whoever names somebody lets them see the whole event. To name
a lot, a container or a document of somebody else unlocks nothing: so nobody can open a chain by
sending a record about it. Who captured something may show it to a partner, thing by thing.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

PARTY: Final = "https://id.gs1.org/417/"
PLACE: Final = "https://id.gs1.org/414/"
_KEY: Final = re.compile(r"[0-9]{4,13}")


def is_key(owned: str) -> bool:
    """Tell whether what belongs to somebody is a GLN or a company prefix, in digits.

    >>> is_key("8936099140001"), is_key("89360991"), is_key("urn:x:farm")
    (True, True, False)
    """
    return _KEY.fullmatch(owned) is not None


def belongs(identifier: str, owned: Iterable[str]) -> bool:
    """Tell whether a party or place belongs to whom something belongs.

    Args:
        identifier: canonical, of a party or a place.
        owned: GLNs of 13 digits, company prefixes of fewer, and other identifiers as they are.

    >>> belongs("https://id.gs1.org/414/8936099140001/254/gate", ["89360991"])
    True
    >>> belongs("https://id.gs1.org/01/08936099141015", ["89360991"])
    False
    """
    return any(
        identifier.startswith((PARTY + one, PLACE + one)) if is_key(one) else identifier == one
        for one in owned
    )


def sees(
    organisation: str,
    owned: Iterable[str],
    *,
    captured_by: Sequence[str],
    parties: Iterable[str],
    places: Iterable[str],
    objects: Iterable[str] = (),
    shared: Iterable[tuple[str, str]] = (),
) -> bool:
    """Tell whether an organisation may see an event.

    Args:
        organisation: its id.
        owned: what belongs to it, as for `belongs`.
        captured_by: who sent the event, then whoever sent it again.
        parties: that the event names as ends of sources and destinations, canonical.
        places: that it names, canonical.
        objects: that it names, canonical.
        shared: what others show to the organisation: whose own records, and about which object.
    """
    if organisation in captured_by or organisation in parties:
        return True
    mine, named = tuple(owned), {*objects}
    if any(giver == captured_by[0] and thing in named for giver, thing in shared):
        return True
    return any(belongs(one, mine) for ends in (parties, places) for one in ends)
