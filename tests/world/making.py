"""What can happen to goods where they are: they come into being, become others, end."""

from tests.world.acts import Amount, Site
from tests.world.chance import happens
from tests.world.keys import Key
from tests.world.story import Story


def harvest(story: Story) -> None:
    """Bring a new lot into being, or more of one."""
    site = story.chooser.pick(story.sites)
    old = story.same_lot(site)
    again = old and happens(story.chooser, 15)
    label = story.chooser.pick(old) if again else story.new_lot(site)
    story.world.commission(site, [Amount(label, story.chooser.number(1000, 50_000))])


def number_items(story: Story) -> None:
    """Bring items into being, each with a number of its own, all of one new lot."""
    site = story.chooser.pick(story.sites)
    lot, items = story.new_items(site, story.chooser.number(1000, 5000))
    story.world.commission(site, items, lot)


def transform(story: Story) -> None:
    """Make loose goods of a site into others."""
    site = story.chooser.pick(story.stocked())
    used = story.part(story.world.loose(site.key), most=4)
    made, lot = _outputs(story, site, sum(amount.grams for amount in used))
    story.world.transform(site, used, made, lot=lot)


def empty(story: Story) -> None:
    """Process all that is in a container, however deep, and perhaps loose goods with it."""
    site, box = story.chooser.pick(story.laden())
    loose = story.world.loose(site.key)
    used = story.part(loose, most=2) if loose and happens(story.chooser, 50) else []
    grams = sum(a.grams for a in used) + sum(load.grams for load in story.world.cargo(box))
    made, lot = _outputs(story, site, grams)
    story.world.transform(site, used, made, [box], lot=lot)


def fill(story: Story) -> None:
    """Fill goods into a new vat, or one that stands at the place."""
    site = story.chooser.pick(story.stocked())
    standing = [run for run, where in story.vats.items() if where == site]
    new = f"https://vats.example.vn/{story.salt}/{len(story.vats)}"
    run = story.chooser.pick([new, *standing])
    story.vats[run] = site
    used = story.part(story.world.loose(site.key), most=2)
    story.world.transform(site, used, [], run=run)


def draw(story: Story) -> None:
    """Draw a new lot, or items of one, from a vat."""
    run = story.chooser.pick(sorted(story.vats))
    site = story.vats[run]
    grams = story.chooser.number(1, 5000)
    if happens(story.chooser, 20):
        lot, items = story.new_items(site, grams)
        story.world.transform(site, [], items, run=run, lot=lot)
    else:
        story.world.transform(site, [], [Amount(story.new_lot(site), grams)], run=run)


def remove(story: Story) -> None:
    """Sell goods to consumers, or destroy them."""
    site = story.chooser.pick(story.stocked())
    goods = story.part(story.world.loose(site.key), most=2)
    story.world.remove(site, goods, sold=story.chooser.pick([True, False]))


def destroy(story: Story) -> None:
    """Destroy a container with all that is in it."""
    site, box = story.chooser.pick(story.laden())
    story.world.remove(site, [], [box], sold=False)


def _outputs(story: Story, site: Site, grams: int) -> tuple[list[Amount], Key | None]:
    """Share out some grams, with a loss, among items of a new lot, or one to three lots.

    Returns:
        What is made, and the lot of the items; None where lots are made, some of them old ones.
    """
    choose = story.chooser
    if happens(choose, 25):
        lot, items = story.new_items(site, choose.number(1, grams))
        return items, lot
    made: dict[Key, int] = {}
    for _ in range(choose.number(1, 3)):
        if grams < 1:
            break
        # A lot that was commissioned may have been used before it is ever made: that stays out.
        old = [
            label
            for label in story.same_lot(site)
            if story.world.dyes.stains[label] and label not in made
        ]
        again = old and happens(choose, 20)
        label = choose.pick(old) if again else story.new_lot(site)
        made[label] = choose.number(1, grams)
        grams -= made[label]
    return [Amount(label, share) for label, share in made.items()], None
