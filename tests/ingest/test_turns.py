"""Senders take turns, whatever each of them has put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.turns import Turns

SENDERS = "abcd"
acts = st.lists(
    st.sampled_from([*(("put", sender) for sender in SENDERS), ("take", "")]), max_size=80
)


@given(acts=acts)
def test_nobody_is_served_twice_while_another_waits(acts: list[tuple[str, str]]) -> None:
    """The oracle keeps, for each sender, whom has been served since it began to wait."""
    turns = Turns[tuple[str, int]]()
    waiting: dict[str, list[int]] = {sender: [] for sender in SENDERS}
    served_since: dict[str, list[str]] = {sender: [] for sender in SENDERS}
    for number, (act, sender) in enumerate(acts):
        if act == "put":
            if not waiting[sender]:
                served_since[sender] = []
            waiting[sender].append(number)
            turns.put(sender, (sender, number))
        elif any(waiting.values()):
            name, taken = turns.take()
            assert taken == waiting[name].pop(0)
            for other in SENDERS:
                if other != name and waiting[other]:
                    served_since[other].append(name)
                    assert served_since[other].count(name) <= 1
            served_since[name] = []
        assert len(turns) == sum(map(len, waiting.values()))


def test_a_thousand_items_of_one_sender_do_not_keep_another_waiting() -> None:
    turns = Turns[str]()
    for number in range(1000):
        turns.put("many", f"many {number}")
    turns.put("one", "one")
    assert [turns.take() for _ in range(3)] == ["many 0", "one", "many 1"]


def test_what_is_put_back_comes_before_all_else_of_its_sender_after_everybody_else() -> None:
    turns = Turns[str]()
    for item in ("a1", "a2", "b1", "b2"):
        turns.put(item[0], item)
    turns.put_back("a", turns.take())
    assert [turns.take() for _ in range(4)] == ["b1", "a1", "b2", "a2"]


def test_nothing_can_be_taken_where_nobody_waits() -> None:
    with pytest.raises(LookupError) as caught:
        Turns[str]().take()
    assert str(caught.value) == "Expected somebody waiting, got nobody"
