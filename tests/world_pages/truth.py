"""What pages should say of a world where everybody reports everything, in the lines of `shown`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from tests.world.acts import Party, Remove, Ship
from tests.world.expect import Truth
from tests.world.keys import Key
from tests.world.stock import Stocks
from tests.world.story import Story


def named(lot: Key) -> str:
    """Return what a page in English calls a lot of a product without a name."""
    gtin, _, number = lot.path.removeprefix("/01/").partition("/10/")
    return f"GTIN {gtin}, lot {unquote(number)}"


def called(story: Story, party: Party) -> str:
    """Return what pages call a business: its documents bring its name, if it sends any."""
    reports = (report for document in story.telling.documents for report in document)
    is_named = any(report.teller.party == party for report in reports)
    return f"{party.name} (invented)" if is_named else party.key.element


def coverage(story: Story, subject: Key) -> str:
    """Return how many of the handovers in the chain of a label both sides report."""
    (told,) = Truth(story.world, story.telling, subject).answer().coverage
    return told


def balance(story: Story, lot: Key) -> frozenset[str]:
    """Return what came to each place of a lot, and left it."""
    rows = Stocks(story, lot).rows().items()
    return frozenset(row.in_words(*_names(story, *ends)) for ends, row in rows)


def balance_of_party(story: Story, party: Party) -> frozenset[str]:
    """Return the same of each lot that came to a party."""
    return frozenset(
        f"{named(lot)}: {row.in_words(*_names(story, *ends))}"
        for lot in story.lots
        for ends, row in Stocks(story, lot).rows().items()
        if ends[0] == party.key.path
    )


def affected(story: Story, subject: Key) -> list[Key]:
    """Return the lots that came of a label, itself too, of which there are weights."""
    down = Truth(story.world, story.telling, subject).down
    return [lot for lot in story.lots if lot == subject or lot in down]


def customers(story: Story, lots: Iterable[Key]) -> frozenset[str]:
    """Return who was sent how much of lots, and sent how much of it back.

    What goes to whom it came from before is sent back, and what is sold goes to consumers.
    """
    return frozenset(
        f"{named(lot)} to {who}: {sent} g, back {back} g"
        for lot in lots
        for who, (sent, back) in _got(story, lot).items()
    )


def _got(story: Story, lot: Key) -> Mapping[str, tuple[int, int]]:
    sent: Counter[str] = Counter()
    back: Counter[str] = Counter()
    forward: set[tuple[Party, Party]] = set()
    for act in story.world.acts:
        if isinstance(act, Ship) and act.site.party != act.to.party:
            grams = sum(load.grams for load in act.cargo if load.label == lot)
            giver, taker = act.site.party, act.to.party
            if grams and (taker, giver) in forward:
                back[called(story, giver)] += grams
            elif grams:
                forward.add((giver, taker))
                sent[called(story, taker)] += grams
        elif isinstance(act, Remove) and act.sold:
            grams = sum(load.grams for load in act.cargo if load.label == lot)
            if grams:
                sent["Consumers"] += grams
    return {who: (sent[who], back[who]) for who in {*sent, *back}}


def on_hand(story: Story, lots: Iterable[Key]) -> frozenset[str]:
    """Return where lots lie at the end."""
    return frozenset(
        f"{named(lot)} at {' '.join(_names(story, party, place))}: {row.on_hand} g"
        for lot in lots
        for (party, place), row in Stocks(story, lot).rows().items()
        if row.on_hand
    )


def _names(story: Story, party: str, place: str) -> tuple[str, str]:
    """Return what pages call a party and a place, by the paths of their Digital Links."""
    known = next(one.party for one in story.tellers if one.party.key.path == party)
    return called(story, known), _element(place)


def _element(path: str) -> str:
    """Return a key as printed under a barcode, by the path of its Digital Link."""
    parts = path.removeprefix("/").split("/")
    return "".join(
        f"({ai}){unquote(value)}" for ai, value in zip(parts[::2], parts[1::2], strict=True)
    )
