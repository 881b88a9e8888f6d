"""How much of a lot each place made, got, used, gave away, destroyed and has left, in grams.

Read off what happened, whether or not anybody reported it.

References:
    DESIGN §4, Balance: what is sold to consumers counts as shipped; destroying a container destroys
    its content. All goods of a lot that come into being at one place within a day come into being
    in one act, for that is how stories are made: so the larger of two reports of it never has to
    count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from tests.world.acts import Amount, Commission, Load, Receive, Remove, Ship, Transform
from tests.world.answers import short
from tests.world.keys import Key
from tests.world.story import Story, site_of

_GRAMS: Final = {"KGM": 1000, "GRM": 1}


@dataclass(slots=True)
class Row:
    """The grams of one lot at one site.

    Attributes:
        on_hand: what lies there at the end, loose or in containers.
        unaccounted: what was shipped from there and is still under way.
    """

    produced: int = 0
    received: int = 0
    used: int = 0
    shipped: int = 0
    destroyed: int = 0
    on_hand: int = 0
    unaccounted: int = 0

    @property
    def missing(self) -> int:
        """What came and is nowhere: nothing, or the world is wrong."""
        left = self.used + self.shipped + self.destroyed + self.on_hand
        return self.produced + self.received - left

    def in_words(self, party: str, place: str) -> str:
        """Write the row as a line."""
        columns = (f"{each.name} {getattr(self, each.name)} g" for each in fields(self))
        return f"{party} at {place}: {', '.join(columns)}"


@dataclass(slots=True)
class Stocks:
    """The balance of a lot: not one of items, which are counted and not weighed."""

    story: Story
    lot: Key

    def rows(self) -> dict[tuple[str, str], Row]:
        """Return what came to each site and left it, by party and place.

        The place is the one of the site that had any of the lot, else the site as a whole. Sites
        that never had any are left out.
        """
        rows: dict[str, Row] = {}
        places: dict[str, set[str]] = {}
        parties: dict[str, str] = {}
        for site in self.story.sites:
            row = rows.setdefault(site_of(site), Row())
            parties[site_of(site)] = site.party.key.path
            if self._fill(row, site.key):
                places.setdefault(site_of(site), set()).add(site.key.path)
        for number, ship in self.story.world.under_way.items():
            rows[site_of(ship.site)].unaccounted += self._grams(self._lying(number))
        return {
            (parties[site], next(iter(its)) if len(its) == 1 else site): rows[site]
            for site, its in places.items()
        }

    def _fill(self, row: Row, place: Key) -> bool:
        """Add what happened at a place to a row; tell whether any of the lot ever was there."""
        acts = [act for act in self.story.world.acts if act.site.key == place]
        before = row.produced + row.received
        for act in acts:
            match act:
                case Commission():
                    row.produced += self._grams(act.made)
                case Transform():
                    row.used += self._grams([*act.used, *act.poured])
                    row.produced += self._grams(act.made)
                case Ship():
                    row.shipped += self._grams(act.cargo)
                case Receive():
                    row.received += self._grams(act.cargo)
                case Remove(sold=True):
                    row.shipped += self._grams(act.cargo)
                case Remove():
                    row.destroyed += self._grams(act.cargo)
        row.on_hand += self._grams(self._lying(place))
        return row.produced + row.received > before

    def _grams(self, goods: Iterable[Amount | Load]) -> int:
        return sum(one.grams for one in goods if one.label == self.lot)

    def _lying(self, spot: Key | int) -> list[Amount | Load]:
        world = self.story.world
        inside = [load for box in world.inside(spot) for load in world.cargo(box)]
        return [*world.loose(spot), *inside]

    def lines(self) -> frozenset[str]:
        """Return the rows as lines."""
        return frozenset(row.in_words(*ends) for ends, row in self.rows().items())


def as_balanced(balance: Mapping[str, Any]) -> frozenset[str]:
    """Read the ledger's balance as lines like those of the truth, its gaps too.

    Args:
        balance: `balance --json`.
    """
    lines = {f"{gap['code']}: {gap['message']}" for gap in balance["gaps"]}
    for told in balance["rows"]:
        grams = {
            each.name: int(Decimal(told[each.name]) * _GRAMS[balance["uom"]])
            for each in fields(Row)
        }
        lines.add(Row(**grams).in_words(short(told["party"]), short(told["place"])))
    return frozenset(lines)
