"""To name a rival's lot, container, document or place opens none of the rival's records.

Whatever is named, in events of every type and in every field in which an identifier can stand, and
whoever comes first: one who names it is told what they would be told if the other had sent nothing.
"""

import re

import pytest

from tests.visibility.against import differing
from tests.visibility.claims import (
    AMOUNT,
    LOT,
    PALLET,
    RIVAL,
    claims,
    farms,
    together,
)
from tests.visibility.ledgers import site_of
from tests.visibility.parties import FARM
from tests.visibility.questions import Question, every_question, moment_of
from tests.visibility.story import Sending
from tests.visibility.told import answers

CLAIMS = claims()


def test_claims_are_laid_in_every_type_and_field() -> None:
    of_types = {one.partition(" ")[0] for one in CLAIMS}
    assert of_types == {
        *("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"),
        "AssociationEvent",
    }
    assert len(CLAIMS) == 89


@pytest.mark.timeout(300)
def test_who_names_what_is_a_rivals_is_told_nothing_of_it() -> None:
    claimed, own = (1, together(CLAIMS)), (0, farms())
    for order, thing in (([own, claimed], LOT), ([claimed, own], PALLET)):
        asked = every_question([own[1], claimed[1]], [thing], RIVAL)
        with site_of(order) as site:
            told = answers(site, RIVAL, asked)
            mine = answers(site, FARM, [Question("/all-events")])
            assert [one.status for one in site.reports] == ["accepted", "accepted"]
        with site_of([claimed]) as site:
            assert differing(told, answers(site, RIVAL, asked)) == ""
        assert str(AMOUNT) not in str(told)
        assert str(AMOUNT) in str(mine)  # the farm itself is told of it


def test_who_sends_what_a_rival_has_sent_sees_its_own_sending() -> None:
    own = farms()
    same = Sending(RIVAL, own.events[:1])
    asked = every_question([own, same], [LOT], RIVAL)
    with site_of([(0, own), (1, same)]) as site:
        told = answers(site, RIVAL, asked)
        assert [one.status for one in site.reports[1].events] == ["witness"]
    with site_of([(0, Sending(FARM, own.events[:1])), (1, same)]) as site:
        assert differing(told, answers(site, RIVAL, asked)) == ""
    everything = " ".join(text for pages in told.values() for text in pages)
    senders = set(re.findall(r'"organisation": ?"([^"]*)"', everything))
    assert senders == {RIVAL.id}
    assert moment_of(1) in everything
    assert moment_of(0) not in everything
