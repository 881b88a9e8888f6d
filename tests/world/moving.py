"""What can happen to goods and containers on the move: they are packed, shipped, received."""

from typing import Final

from tests.world.acts import Amount, Party, Receive, Ship, Site
from tests.world.chance import happens, some
from tests.world.keys import Key
from tests.world.reporters import Silence
from tests.world.story import DAY, Story, site_of

_HOUR: Final = 3600
_QUIET: Final = 8 * _HOUR


def pack(story: Story) -> None:
    """Put goods and containers into a container, a new one or one that stands there."""
    choose = story.chooser
    site = choose.pick(story.movable())
    loose, standing = story.world.loose(site.key), story.standing(site)
    old = [box for box in standing if not story.is_full(box) or story.is_known_at(box, site)]
    parent = choose.pick([*story.new_container(site), *old])
    others = [box for box in standing if box != parent]
    goods = story.part(loose, most=2) if loose and not happens(choose, 20) else []
    boxes = some(choose, others, most=3) if others and happens(choose, 50) else []
    if goods or boxes:
        story.world.pack(site, parent, goods, boxes)


def half_full(story: Story) -> list[tuple[Site, Key, list[Amount]]]:
    """Return the containers at sites with what lies loose beside them of the lots in them."""
    found = []
    for site, box in story.full_of_goods():
        held = {amount.label for amount in story.world.loose(box)}
        more = [amount for amount in story.world.loose(site.key) if amount.label in held]
        if more and story.is_known_at(box, site):
            found.append((site, box, more))
    return found


def top_up(story: Story) -> None:
    """Put more of a lot into a container that holds some of it."""
    site, box, more = story.chooser.pick(half_full(story))
    story.world.pack(site, box, story.part(more, most=1))


def unpack(story: Story) -> None:
    """Take things out of a container: all, or some if that is reported."""
    site, box = story.chooser.pick(story.full())
    if story.teller(site.party).habits.unpacks and happens(story.chooser, 40):
        goods, inner = story.world.loose(box), story.world.inside(box)
        some_goods = story.part(goods, most=2) if goods else []
        some_boxes = some(story.chooser, inner, most=2) if inner and not some_goods else []
        story.world.unpack(site, box, some_goods, some_boxes)
    else:
        story.world.unpack(site, box)


def repack(story: Story) -> None:
    """Move the whole content of a container to a new one."""
    _repack(story, *story.chooser.pick(story.full()))


def silently_repackable(story: Story) -> list[tuple[Site, Key]]:
    """Return the containers of items or containers from which nobody would report taking any out.

    Of these there is only one, so that putting it elsewhere shows that it was taken out.
    """
    return [
        (site, box)
        for site, box in story.full()
        if not story.teller(site.party).habits.unpacks
        and (story.world.inside(box) or any(a.label.is_item for a in story.world.loose(box)))
    ]


def repack_silently(story: Story) -> None:
    """Move the whole content of a container to a new one, and report only the packing."""
    _repack(story, *story.chooser.pick(silently_repackable(story)))


def _repack(story: Story, site: Site, box: Key) -> None:
    act = story.world.unpack(site, box)
    story.note()
    story.world.wait(story.chooser.number(1, _HOUR))
    parent = story.chooser.pick(story.new_container(site))
    story.world.pack(site, parent, act.goods, act.boxes)


def ship(story: Story) -> None:
    """Send goods and containers to another business."""
    _ship(story)


def _ship(story: Story) -> Ship:
    choose = story.chooser
    site = choose.pick(story.movable())
    to = choose.pick([each for each in story.sites if each.party != site.party])
    loose, standing = story.world.loose(site.key), story.standing(site)
    boxes = some(choose, standing, most=3) if standing else []
    goods = story.part(loose, most=2) if loose and happens(choose, 50) else []
    if not boxes and loose:
        goods = goods or story.part(loose, most=2)
    return story.world.ship(site, to, goods, boxes)


def divisible(story: Story) -> list[tuple[Site, Amount]]:
    """Return the lots that lie at sites, enough of them to be halved."""
    return [
        (site, amount)
        for site in story.stocked()
        for amount in story.world.loose(site.key)
        if not amount.label.is_item and amount.grams > 1
    ]


def ship_twice(story: Story) -> None:
    """Ship the same amount of a lot to the same place twice."""
    site, amount = story.chooser.pick(divisible(story))
    to = story.chooser.pick([each for each in story.sites if each.party != site.party])
    share = Amount(amount.label, story.chooser.number(1, amount.grams // 2))
    story.world.ship(site, to, [share])
    story.world.wait(story.chooser.number(1, DAY))
    story.world.ship(site, to, [share])


def returnable(story: Story) -> list[tuple[Receive, list[Amount], list[Key]]]:
    """Return the arrivals of which something still is where it arrived, with what is."""
    found = []
    for act in story.world.acts:
        if isinstance(act, Receive):
            labels = {load.label for load in act.cargo}
            goods = [a for a in story.world.loose(act.site.key) if a.label in labels]
            boxes = [box for box in act.boxes if box in story.standing(act.site)]
            if goods or boxes:
                found.append((act, goods, boxes))
    return found


def give_back(story: Story) -> None:
    """Ship what arrived, or some of it, back to where it came from."""
    act, goods, boxes = story.chooser.pick(returnable(story))
    sent = story.part(goods, most=2) if goods else []
    story.world.ship(act.site, act.shipment.site, sent, boxes)


def _next_to_arrive(story: Story) -> list[Ship]:
    """Return what may arrive: of the shipments between two businesses the oldest.

    Where no paper is cited, nothing else tells two deliveries of one lot apart.
    """
    first: dict[tuple[Party, Party], Ship] = {}
    for shipment in story.world.under_way.values():
        first.setdefault((shipment.site.party, shipment.to.party), shipment)
    return list(first.values())


def receive(story: Story) -> None:
    """Let a shipment arrive."""
    story.world.receive(story.chooser.pick(_next_to_arrive(story)))


def divisible_shipments(story: Story) -> list[tuple[Ship, Amount]]:
    """Return what may arrive in parts: lots under way of which receipts will be reported.

    Where no paper is cited, nothing else tells what is a part of what.
    """
    found = []
    for shipment in _next_to_arrive(story):
        ends = shipment.site.party, shipment.to.party
        cites = all(story.teller(party).habits.cites for party in ends)
        if cites and story.silences.get(ends) is not Silence.RECEIVER:
            loose = story.world.loose(shipment.number)
            found += [(shipment, a) for a in loose if not a.label.is_item and a.grams > 1]
    return found


def receive_part(story: Story) -> None:
    """Let a part of what was shipped of a lot arrive."""
    shipment, amount = story.chooser.pick(divisible_shipments(story))
    part = Amount(amount.label, story.chooser.number(1, amount.grams - 1))
    story.world.receive(shipment, [part], [])


def shuttle(story: Story) -> None:
    """Send a lot in one returnable crate twice, the crate coming back empty in between."""
    choose, world = story.chooser, story.world
    site, amount = choose.pick(divisible(story))
    to = choose.pick([each for each in story.sites if each.party != site.party])
    crate = story.new_container(site)[1]
    share = Amount(amount.label, choose.number(1, amount.grams // 2))
    for _ in range(2):
        world.pack(site, crate, [share])
        story.note()
        if not _travel(story, site, to, crate):
            return
        world.wait(_HOUR)
        world.unpack(to, crate)
        story.note()
        if crate in story.spent or not _travel(story, to, site, crate):
            return


def _travel(story: Story, site: Site, to: Site, box: Key) -> bool:
    """Ship a container and let it arrive, if nothing older is under way; tell whether it did."""
    story.world.wait(_HOUR)
    shipment = story.world.ship(site, to, [], [box])
    story.note()
    if shipment not in _next_to_arrive(story):
        return False
    story.world.wait(_HOUR)
    story.world.receive(shipment)
    story.note()
    story.world.wait(_HOUR)
    return True


def deliver(story: Story) -> None:
    """Ship to somebody near, with hours of quiet before and after, so that clocks may be wrong."""
    story.world.wait(_QUIET)
    shipment = _ship(story)
    story.note()
    story.world.wait(story.chooser.number(60, 2 * _HOUR))
    if shipment in _next_to_arrive(story):
        story.world.receive(shipment)
        story.world.wait(_QUIET)


def arrive(story: Story) -> None:
    """Let everything that is under way arrive."""
    while story.world.under_way:
        story.world.wait(_HOUR if story.level == 1 else _QUIET)
        receive(story)
        story.note()


def homeless(story: Story) -> list[tuple[Site, Key, list[Site]]]:
    """Return the spent returnable assets, where they stand, and sites that could fill them again.

    Only being filled where it was not last seen shows that such a container had been emptied.
    """
    found = []
    for site in story.sites:
        for box in story.world.inside(site.key):
            ends = [
                to
                for to in story.stocked()
                if site_of(to) not in {site_of(site), story.last_at.get(box)}
            ]
            if box in story.spent and box.path.startswith("/8003/") and ends:
                found.append((site, box, ends))
    return found


def send_home(story: Story) -> None:
    """Let an empty container travel, unreported, and be filled again elsewhere."""
    site, box, ends = story.chooser.pick(homeless(story))
    to = story.chooser.pick(ends)
    shipment = story.world.ship(site, to, [], [box])
    story.world.wait(_HOUR)
    receipt = story.world.receive(shipment)
    story.untold.update({shipment.number, receipt.number})
    story.world.wait(_HOUR)
    story.spent.discard(box)
    story.world.pack(to, box, story.part(story.world.loose(to.key), most=2))
