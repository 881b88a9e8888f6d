"""What can happen to goods: one frozen record per physical act.

An act is what truly happened, whether or not anybody reports it. Times are whole seconds since 1970
UTC, amounts are whole grams.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.world.keys import Key, Prefix


@dataclass(frozen=True, slots=True)
class Site:
    """A place where goods can be; its party answers for what happens there."""

    key: Key
    party: "Party"

    def __str__(self) -> str:
        return f"{self.party}@{self.key}"


@dataclass(frozen=True, slots=True)
class Party:
    """A business.

    Attributes:
        name: what the story calls it.
        key: its PGLN.
        prefix: the company prefix it makes its keys with.
    """

    name: str
    key: Key
    prefix: Prefix

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Amount:
    """Some grams of one label: of a lot, or one whole item."""

    label: Key
    grams: int

    def __str__(self) -> str:
        return f"{self.grams} g {self.label}"


@dataclass(frozen=True, slots=True)
class Load:
    """Some grams on the move, and the containers around them, outermost first."""

    label: Key
    grams: int
    boxes: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What all acts have: a number in order of happening, a time, and where."""

    number: int
    at: int
    site: Site


@dataclass(frozen=True, slots=True)
class Commission(Act):
    """Goods that come from nothing in the records: a harvest, a catch, a purchase of salt.

    Attributes:
        lot: of which all that is made are items; None where lots are made.
    """

    made: tuple[Amount, ...]
    lot: Key | None = None


@dataclass(frozen=True, slots=True)
class Transform(Act):
    """Goods become other goods.

    Attributes:
        used: what is taken from the loose stock of the site.
        boxes: containers emptied into it, with those inside them; all stay there, empty.
        poured: what was in those containers.
        made: what comes out.
        run: the name of the vat's run, where filling and drawing are separate acts.
        lot: of which all that comes out are items; None where lots come out.
    """

    used: tuple[Amount, ...]
    boxes: tuple[Key, ...]
    poured: tuple[Amount, ...]
    made: tuple[Amount, ...]
    run: str | None = None
    lot: Key | None = None


@dataclass(frozen=True, slots=True)
class Pack(Act):
    """Goods and containers are put into a container."""

    parent: Key
    goods: tuple[Amount, ...]
    boxes: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Unpack(Act):
    """Goods and containers are taken out of a container; `whole` when that empties it."""

    parent: Key
    goods: tuple[Amount, ...]
    boxes: tuple[Key, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Ship(Act):
    """Goods leave for another site.

    Attributes:
        to: where they are meant to go.
        goods: what travels loose.
        boxes: the outermost containers that travel.
        cargo: all grams that travel, inside containers or loose.
    """

    to: Site
    goods: tuple[Amount, ...]
    boxes: tuple[Key, ...]
    cargo: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Receive(Act):
    """Goods of one shipment arrive, all or some of them."""

    shipment: Ship
    goods: tuple[Amount, ...]
    boxes: tuple[Key, ...]
    cargo: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Remove(Act):
    """Goods end: sold to a consumer or destroyed; a destroyed container takes its content along.

    Attributes:
        sold: to a consumer, else destroyed.
        goods: what was loose.
        boxes: the outermost containers that end.
        cargo: all grams that end.
    """

    sold: bool
    goods: tuple[Amount, ...]
    boxes: tuple[Key, ...]
    cargo: tuple[Load, ...]


def moment(at: int) -> str:
    """Write a time as answers do."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(*parts: object) -> str:
    return ", ".join(map(str, parts)) or "nothing"


def _of_lot(lot: Key | None) -> str:
    return f" (items of {lot})" if lot else ""


def in_words(act: Act) -> str:
    """Tell one act in a sentence."""
    match act:
        case Commission():
            what = f"brings into being {_listed(*act.made)}{_of_lot(act.lot)}"
        case Transform():
            emptied = [f"all of {box}" for box in act.boxes]
            run = f" in run {act.run}" if act.run else ""
            made = f"{_listed(*act.made)}{_of_lot(act.lot)}"
            what = f"turns {_listed(*act.used, *emptied)} into {made}{run}"
        case Pack():
            what = f"packs {_listed(*act.goods, *act.boxes)} into {act.parent}"
        case Unpack():
            all_of_it = " (all of it)" if act.whole else ""
            what = f"takes {_listed(*act.goods, *act.boxes)} out of {act.parent}{all_of_it}"
        case Ship():
            what = f"ships {_listed(*act.goods, *act.boxes)} to {act.to}"
        case Receive():
            what = f"receives {_listed(*act.goods, *act.boxes)} of shipment {act.shipment.number}"
        case Remove():
            verb = "sells to a consumer" if act.sold else "destroys"
            what = f"{verb} {_listed(*act.goods, *act.boxes)}"
        case _:
            raise TypeError(act)
    return f"{act.number:3d}. {moment(act.at)} {act.site} {what}"
