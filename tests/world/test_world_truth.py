"""The oracle agrees with itself: what can be counted in two ways is the same in both."""

import pytest

from tests.conftest import TEST_SCALE
from tests.world.acts import Remove
from tests.world.chance import Seeded
from tests.world.stock import Stocks
from tests.world.stories import tell_story

SEEDS = range(max(1, int(40 * TEST_SCALE)))
LEVELS = (1, 2)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_gram_is_lost_at_any_place_or_between_them(level: int, seed: int) -> None:
    story = tell_story(Seeded(seed), level)
    sales = [act for act in story.world.acts if isinstance(act, Remove) and act.sold]
    for lot in story.lots:
        rows = Stocks(story, lot).rows().values()
        assert [row.missing for row in rows] == [0] * len(rows), f"{story.in_words()}\n{lot}"
        sold = sum(one.grams for sale in sales for one in sale.cargo if one.label == lot)
        sent = sum(row.shipped for row in rows) - sold
        came = sum(row.received for row in rows)
        assert sent - came == sum(row.unaccounted for row in rows)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_item_shows_the_colour_of_its_sisters(level: int, seed: int) -> None:
    dyes = tell_story(Seeded(seed), level).world.dyes
    for item, lot in dyes.lots.items():
        sisters = {other for other, its in dyes.lots.items() if its == lot}
        assert not sisters & dyes.colours(item).keys()
