"""Claims of one object are found by their parties as if each had been looked at."""

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.provenance.claims import Claim, Claims, Side
from tests.core.provenance.histories import FARM, GRAPES, PACKER, SHOP, World

PARTIES = st.sampled_from([FARM, PACKER, SHOP, None])
SIDES: st.SearchStrategy[Side] = st.sampled_from(["giving", "taking"])


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    facts = World().ship(0, FARM, PACKER, GRAPES)
    side, giver, taker = draw(SIDES), draw(PARTIES), draw(PARTIES)
    return Claim(side, GRAPES, GRAPES, giver, taker, "listed", "listed", "owner", [facts])


@settings(max_examples=60)
@given(st.lists(claims(), max_size=25), claims(), st.data())
def test_claims_of_the_same_parties_are_found_as_by_looking_at_all(
    made: list[Claim], asked: Claim, data: st.DataObject
) -> None:
    some = Claims()
    for claim in made:
        some.append(claim)
    gone = data.draw(st.lists(st.sampled_from(made), max_size=5, unique_by=id)) if made else []
    some.remove(gone)
    for claim in some:  # who was not known may become known
        claim.taker = claim.taker or data.draw(PARTIES)
    left = [claim for claim in made if not any(claim is one for one in gone)]
    assert [id(one) for one in some] == [id(one) for one in left]
    assert [id(one) for one in reversed(some)] == [id(one) for one in reversed(left)]
    expected = [one for one in left if one.side == asked.side and one.agrees(asked)]
    assert [id(one) for one in some.alike(asked)] == [id(one) for one in expected]
