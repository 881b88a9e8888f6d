"""What the hash must not see, and that it sees everything else, on events of every shape."""

import copy
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.event_hash import HashVariant, content_digest, event_hash
from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES
from tests.core.random_events import ALIKE, CHOICES, NAMESPACES, Event, events, identifiers, times

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def replaced(event: Event, path: Path, value: Any) -> Event:
    changed: Any = copy.deepcopy(event)
    *parents, last = path
    place = changed
    for step in parents:
        place = place[step]
    place[last] = value
    return changed  # type: ignore[no-any-return]


def is_time(path: Path) -> bool:
    return path[-1] in {"eventTime", "time", "startTime"}


def shuffled(value: Any, random: Random) -> Any:
    """Put members and lists into another order, each in its place."""
    if isinstance(value, dict):
        members = [(key, shuffled(inner, random)) for key, inner in value.items()]
        return dict(random.sample(members, len(members)))
    if isinstance(value, list):
        return random.sample([shuffled(inner, random) for inner in value], len(value))
    return value


def otherwise(path: Path, value: Any, random: Random) -> Any:
    """Write the same value otherwise."""
    if isinstance(value, Number):
        exponent = random.randint(-3, 3)
        digits = f"{value.value.scaleb(exponent):f}"
        zeros = "0" * random.randint(0, 2) if "." in digits else ""
        return Number(f"{digits}{zeros}e{-exponent}")
    if isinstance(value, str) and is_time(path):
        zone = timezone(timedelta(minutes=15 * random.randint(-56, 56)))
        text = datetime.fromisoformat(value).astimezone(zone).isoformat(timespec="milliseconds")
        return text[:-6] + "0" * random.randint(0, 4) + text[-6:].replace("+00:00", "Z")
    return random.choice(ALIKE[value]) if value in ALIKE else value


def another(path: Path, value: Any) -> Any:
    """Return a value of the same kind that means something else."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Number):
        return Number(f"{value.value + Decimal('0.01'):f}")
    if is_time(path):
        moment = datetime.fromisoformat(value) + timedelta(milliseconds=1)
        return moment.isoformat(timespec="milliseconds")
    for choices in CHOICES:
        if value in choices:
            return choices[choices.index(value) + 1 - len(choices)]
    return f"{value}Z"


def hashed(event: Event, variant: HashVariant) -> str:
    return event_hash(EVENT_TYPES[event["type"]].model_validate(event), NAMESPACES, variant)


def digest(event: Event) -> bytes:
    return content_digest(EVENT_TYPES[event["type"]].model_validate(event), NAMESPACES)


def check_same(event: Event, change: Callable[[Event], Event], variant: HashVariant) -> None:
    changed = change(event)
    assert hashed(changed, variant) == hashed(event, variant)
    assert digest(changed) == digest(event)


@pytest.mark.parametrize("variant", HashVariant)
@given(event=events, random=st.randoms(use_true_random=False))
def test_order_of_members_and_lists_does_not_matter(
    variant: HashVariant, event: Event, random: Random
) -> None:
    check_same(event, lambda found: shuffled(found, random), variant)


@pytest.mark.parametrize("variant", HashVariant)
@given(event=events, random=st.randoms(use_true_random=False))
def test_spelling_does_not_matter(variant: HashVariant, event: Event, random: Random) -> None:
    def respelled(found: Event) -> Event:
        for path, value in leaves(found):
            found = replaced(found, path, otherwise(path, value, random))
        return found

    check_same(event, respelled, variant)


@pytest.mark.parametrize("variant", HashVariant)
@given(event=events, recorded=times, data=st.data())
def test_what_is_no_part_of_the_event_does_not_matter(
    variant: HashVariant, event: Event, recorded: str, data: st.DataObject
) -> None:
    own = {"farm": "https://farm.example/epcis/"}
    check_same(event, lambda found: {**found, "recordTime": recorded, "@context": own}, variant)
    identified = {**event, "eventID": data.draw(identifiers)}
    assert hashed(identified, variant) == hashed(event, variant)
    assert digest(identified) != digest(event)


@pytest.mark.parametrize("variant", HashVariant)
@given(event=events, data=st.data())
def test_any_changed_datum_matters(variant: HashVariant, event: Event, data: st.DataObject) -> None:
    found = [(path, value) for path, value in leaves(event) if path != ("type",)]
    path, value = data.draw(st.sampled_from(found))
    changed = replaced(event, path, another(path, value))
    assert hashed(changed, variant) != hashed(event, variant)
    assert digest(changed) != digest(event)


@pytest.mark.parametrize("variant", HashVariant)
@given(event=events, data=st.data())
def test_any_member_left_out_matters(
    variant: HashVariant, event: Event, data: st.DataObject
) -> None:
    removable = [
        key
        for key, value in event.items()
        if key not in {"type", "eventTime", "eventTimeZoneOffset", "action"}
        and not (key == "parentID" and event["type"] == "AssociationEvent")
        and not (key == "bizTransactionList" and event["type"] == "TransactionEvent")
        and any(True for _ in leaves(value))
    ]
    if removable:
        name = data.draw(st.sampled_from(removable))
        rest = {key: value for key, value in event.items() if key != name}
        assert hashed(rest, variant) != hashed(event, variant)
