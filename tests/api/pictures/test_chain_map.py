"""The map of a chain: what stands where on it, worked out by hand."""

from typing import Any

import pytest

from api.pictures.chain_map import WIDTH, ChainMap, chain_map
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.provenance.result import Handover, Trace, Visit

FIELD, STORE, SHOP = (f"https://id.gs1.org/414/950600013431{n}" for n in "451")


class Book:
    """Says nothing of anything."""

    def party(self, key: str) -> dict[str, Any]:
        del key
        return {}

    place = product = party

    def owners(self) -> dict[str, str]:
        return {}


def map_of(places: dict[str, dict[str, Any]], *ways: tuple[str, str, str]) -> ChainMap | None:
    """The map of places that are visited in their order, and of what went between them."""
    visits = tuple(
        Visit(object="urn:x:1", event=f"urn:x:{n}", time=f"2026-03-0{n + 1}T00:00:00Z", place=one)
        for n, one in enumerate(places)
    )
    handovers = tuple(
        Handover(
            objects=("urn:x:1",),
            from_place=start,
            to_place=end,
            shipped_at=time,
            basis="owner",
            confirmed="both",
        )
        for start, end, time in ways
    )
    trace = Trace(subject="urn:x:1", places=places, visits=visits, handovers=handovers)
    return chain_map(trace, Namer(Book(), Texts("en")))


def here(latitude: Any, longitude: Any) -> dict[str, Any]:
    return {"latitude": latitude, "longitude": longitude}


def test_north_is_up_and_distances_are_true() -> None:
    made = map_of({FIELD: here(0, 100), STORE: here(1, 100), SHOP: here("0", "101")})
    assert made is not None
    field, store, shop = made.dots
    assert [one.number for one in made.dots] == [1, 2, 3]
    assert (field.x, field.y) == (store.x, shop.y)
    assert store.y < field.y
    assert shop.x > field.x
    # At the equator, of a degree each: as far up as across.
    assert field.y - store.y == pytest.approx(shop.x - field.x, rel=0.001)
    kilometre = (field.y - store.y) / 111.32
    assert made.kilometres == "20 km"
    assert made.scale == pytest.approx(20 * kilometre, abs=0.1)
    assert made.coast == ""


def test_in_the_far_north_a_degree_of_longitude_is_half_as_long() -> None:
    made = map_of({FIELD: here(60, 10), STORE: here(60, 12), SHOP: here(60.5, 10)})
    assert made is not None
    field, store, shop = made.dots
    assert (store.x - field.x) / (field.y - shop.y) == pytest.approx(2, rel=0.02)


def test_arrows_go_from_place_to_place_once_each_by_time() -> None:
    there, later, back = (f"2026-03-0{n}T08:00:00Z" for n in (1, 2, 3))
    made = map_of(
        {FIELD: here(11.5, 108.9), STORE: here(12.2, 109.2)},
        *((STORE, FIELD, back), (FIELD, STORE, later), (FIELD, STORE, there)),
        *((FIELD, FIELD, there), (FIELD, SHOP, there)),
    )
    assert made is not None
    assert [(one.start, one.end, one.times) for one in made.arrows] == [
        (1, 2, (there, later)),
        (2, 1, (back,)),
    ]
    assert made.arrows[0].line != made.arrows[1].line
    assert made.coast.startswith("M")


def test_places_next_to_each_other_are_one_dot_and_unknown_ones_are_named() -> None:
    made = map_of(
        {
            FIELD: here(11.5172, 108.9134),
            STORE: here(11.5173, 108.9134),
            "geo:12.2451,109.1943": {},
            SHOP: {},
            "urn:x:bad": here("north", "east"),
            "urn:x:far": here(91, 0),
            "urn:x:nan": here("NaN", "0"),
        }
    )
    assert made is not None
    assert [len(one.names) for one in made.dots] == [2, 1]
    assert made.dots[1].where == ("12.2451", "109.1943")
    assert made.missing == (SHOP, "urn:x:bad", "urn:x:far", "urn:x:nan")


def test_one_place_stands_in_the_middle_and_none_makes_no_map() -> None:
    made = map_of({FIELD: here(11.5, 108.9)})
    assert made is not None
    assert (made.dots[0].x, made.dots[0].y) == (WIDTH / 2, made.height / 2)
    assert map_of({SHOP: {}}) is None
