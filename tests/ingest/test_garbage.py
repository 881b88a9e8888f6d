"""When Python may look for garbage while a document is captured."""

import gc
from collections.abc import Iterator

import pytest

from epcis_core.store.ledger import Ledger
from ingest.garbage import NO_LOOKS
from tests.ingest.documents import captured, document, item, observed


@pytest.fixture(autouse=True)
def _looking() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_no_look_falls_into_a_batch_but_between_two(ledger: Ledger) -> None:
    data = document(*(observed(item(str(number))) for number in range(1001)))
    within: list[bool] = []
    between: list[bool] = []
    report = captured(
        ledger,
        data,
        give_way=lambda: within.append(gc.isenabled()),
        progress=lambda _, __: between.append(gc.isenabled()),
    )
    assert report.counts["accepted"] == 1001
    assert within == [False] * 1001
    assert between == [True, True]
    assert gc.isenabled()


def test_a_capture_that_fails_ends_in_looks(ledger: Ledger) -> None:
    def give_way() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        captured(ledger, document(observed()), give_way=give_way)
    assert gc.isenabled()


def test_python_looks_again_when_the_last_one_is_done() -> None:
    with NO_LOOKS:
        with NO_LOOKS:
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_has_turned_looks_off_finds_them_off() -> None:
    gc.disable()
    with NO_LOOKS:
        assert not gc.isenabled()
    assert not gc.isenabled()
