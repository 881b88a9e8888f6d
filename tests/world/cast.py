"""The businesses of a story: their places, how they write, and, from level 2 on, their faults.

At level 2 what is reported no longer shows everything, but it still shows what is right to answer:

* of the deliveries between two businesses one side may report nothing, in one direction;
* a business may report nothing of what it takes out of containers;
* its clock may be up to two hours wrong where it receives goods.

So that nothing has to be guessed, everybody cites papers there, or two deliveries would look like
one told twice; and who possesses goods is not all that a delivery names, or a silent business
between two others would look like their carrier.
"""

from itertools import permutations
from typing import Final

from tests.world.acts import Party, Site
from tests.world.chance import Chooser, happens, some
from tests.world.keys import Prefix, Spelling
from tests.world.reporters import Habits, Silence, Syntax, Teller

_NAMES: Final = ("Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fern")
_OFFSETS: Final = (420, 0, 540, -480, 345, 765)
_LISTS: Final = (
    ("owning_party",),
    ("location",),
    ("owning_party", "location"),
    ("owning_party", "possessing_party", "location"),
    ("possessing_party",),
)
_WORST_CLOCK: Final = 7200


def cast(chooser: Chooser, level: int, number: int) -> list[Teller]:
    """Return two to six businesses.

    Args:
        chooser: makes all choices.
        level: of difficulty.
        number: of the world, 0 to 99: worlds with different numbers share no identifier.
    """
    tellers = []
    for place in range(chooser.number(2, len(_NAMES))):
        digits = f"893{number:02d}{place + 2}" + "4719"[: chooser.number(1, 4)]
        prefix = Prefix(digits)
        party = Party(_NAMES[place], prefix.party(0), prefix)
        own = [prefix.place(0), prefix.place(0, "GATE"), prefix.place(7), prefix.place(8, "A")]
        sites = tuple(Site(key, party) for key in some(chooser, own, most=2))
        tellers.append(Teller(party, sites, habits(chooser, level, place)))
    return tellers


def habits(chooser: Chooser, level: int, number: int) -> Habits:
    """Return how the business with a number writes."""
    is_faulty = level > 1
    return Habits(
        syntax=chooser.pick(list(Syntax)),
        spelling=chooser.pick(list(Spelling)),
        domain=f"https://tem{number}.example.vn",
        offset=chooser.pick(_OFFSETS),
        unit=chooser.pick(("KGM", "GRM")),
        named=not happens(chooser, 20),
        cites=is_faulty or not happens(chooser, 30),
        lists=chooser.pick(_LISTS[:-1] if is_faulty else _LISTS),
        lists_content=not happens(chooser, 40),
        names_lots=happens(chooser, 50),
        unpacks=not (is_faulty and happens(chooser, 30)),
        clock=_clock(chooser) if is_faulty and happens(chooser, 50) else 0,
    )


def _clock(chooser: Chooser) -> int:
    """Return how fast a clock is, in seconds; slow clocks let goods arrive before they leave."""
    return chooser.pick([-1, -1, 1]) * chooser.number(60, _WORST_CLOCK)


def silences(
    chooser: Chooser, level: int, parties: list[Party]
) -> dict[tuple[Party, Party], Silence]:
    """Return which deliveries one side alone reports."""
    return {
        ends: chooser.pick(list(Silence))
        for ends in (permutations(parties, 2) if level > 1 else ())
        if happens(chooser, 40)
    }
