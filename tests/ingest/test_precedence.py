"""Those who ask go before a document that is being captured."""

import threading

import pytest

from ingest.precedence import Precedence


def test_an_event_waits_until_the_last_has_been_answered() -> None:
    precedence, said = Precedence(longest=60), list[str]()

    def capture() -> None:
        precedence.give_way()
        said.append("captured")

    with precedence.asking():
        thread = threading.Thread(target=capture)
        with precedence.asking():
            thread.start()
        said.append("one answered")
        assert thread.is_alive()
        said.append("both answered")
    thread.join()
    assert said == ["one answered", "both answered", "captured"]


def test_an_event_does_not_wait_for_ever() -> None:
    precedence = Precedence(longest=0.001)
    with precedence.asking():
        precedence.give_way()


def test_an_event_waits_for_nobody() -> None:
    Precedence(longest=60).give_way()


def test_an_answer_that_fails_is_no_longer_waited_for() -> None:
    precedence = Precedence(longest=60)
    with pytest.raises(ZeroDivisionError), precedence.asking():
        1 / 0  # noqa: B018 - it fails
    precedence.give_way()
