"""Figures of reports: each counted again by plain Python over the rows that the tables were given.

The rows lie around the edges of years and quarters in Viet Nam, which are at 17:00 UTC of the day
before. All names and numbers are invented.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.figures import Between, Counted, count_figure, figures
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import capture_bytes
from tests.ingest.documents import document, item, lot, observed

HERE: Final = timedelta(hours=7)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECTORS: Final = ("fish", "meat", "")
AREAS: Final = ("Xã Ninh Phước, Khánh Hòa", "Phường Phan Rang, Khánh Hòa ", "")
EDGES: Final = ("2026-01-01", "2026-04-01", "2026-10-01", "2027-01-01")

Row = dict[str, Any]


def at(text: str) -> int:
    """The instant of a local time in Viet Nam, microseconds since 1970 UTC."""
    return int(
        (datetime.fromisoformat(text).replace(tzinfo=UTC) - HERE - EPOCH)
        / timedelta(microseconds=1)
    )


def day_of(instant: int) -> str:
    return (EPOCH + timedelta(microseconds=instant) + HERE).date().isoformat()


MOMENTS: Final = tuple(
    at(edge) + step for edge in EDGES for step in (-86_400_000_000, -1, 0, 3_600_000_000)
)
BETWEEN: Final = {
    "2026": Between(at("2026-01-01"), at("2027-01-01"), "2026-01-01", "2026-12-31"),
    "2026-Q1": Between(at("2026-01-01"), at("2026-04-01"), "2026-01-01", "2026-03-31"),
    "2026-Q4 so far": Between(at("2026-10-01"), at("2026-10-01T09:00"), "2026-10-01", "2026-10-01"),
}


@dataclass
class World:
    """What the tables hold."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)


def world(seed: int) -> World:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    one = chance.choice

    def time() -> int:
        return one(MOMENTS)

    def later() -> int | None:
        return one((None, time()))

    def day() -> str:
        return day_of(time())

    parties = [f"urn:x:party:{n}" for n in range(8)]
    codes = [f"0{9506000900000 + n}" for n in range(6)]
    kept: dict[str, list[Row]] = {
        "organisation": [
            {
                "id": party,
                "name": party,
                "roles": json.dumps(
                    chance.sample(["farm", "packer", "shop"], chance.randint(0, 2))
                ),
                "contact": "{}",
                "active": chance.randint(0, 3) > 0,
                "created": time(),
            }
            for party in parties
        ],
        "product": [
            {
                "number": n,
                "organisation": one(parties),
                "code": one(codes),
                "name_vi": f"Nho {n}",
                "name_en": "",
                "brand": "",
                "ocop_stars": one((None, 3, 4, 5)),
                "indication": one(("", "Ninh Thuận", " Ninh Thuận")),
                "sector": one(SECTORS),
                "certificates": "[]",
                "added": time(),
                "changed": 0,
                "retired": later(),
            }
            for n in range(1, 25)
        ],
        "place": [
            {
                "organisation": one(parties),
                "code": f"geo:{n}",
                "name": "Vườn",
                "growing_area": "",
                "address": "",
                "unit_now": one(AREAS),
                "unit_before": one(AREAS),
                "added": time(),
                "changed": 0,
                "retired": later(),
            }
            for n in range(20)
        ],
        "publication": [
            {
                "thing": f"urn:x:thing:{n // 2}",
                "version": n % 2,
                "organisation": one(parties),
                "content": "{}",
                "published": time(),
            }
            for n in range(16)
        ],
        "stamp_run": [
            {
                "organisation": one(parties),
                "gtin": one(codes),
                "lot": f"L{n}",
                "count": chance.randint(1, 900),
                "serials": "none",
                "pin_digits": 0,
                "name": "",
                "base": "",
                "format": "",
                "language": "vi",
                "made_by": "",
                "made": time(),
                "voided": one((None, None, 1)),
            }
            for n in range(16)
        ],
        "scan": [
            {"thing": thing, "day": day(), "shown": "", "number": chance.randint(1, 50)}
            for n in range(20)
            for thing in (one((f"urn:x:{n}", f"https://id.gs1.org/01/{one(codes)}/10/L{n}")),)
        ],
        "certificate": [
            {
                "organisation": one(parties),
                "standard": one(("VietGAP", "OCOP", "OCOP ")),
                "number": str(n),
                "agency": "",
                "issued": day(),
                "expires": one((None, day(), day())),
                "covers": "",
                "added": time(),
                "withdrawn": one((None, None, time())),
            }
            for n in range(30)
        ],
        "inspection": [
            {
                "number": str(n),
                "title": "",
                "opened_by": "",
                "opened": time(),
                "as_of": 0,
                "closed": later(),
            }
            for n in range(12)
        ],
        "inspection_item": [
            {
                "inspection": str(n % 12),
                "kind": one(("lot", "note")),
                "value": f"urn:x:lot:{n % 5}",
                "added_by": "",
                "added": time(),
            }
            for n in range(20)
        ],
        "look": [
            {
                "time": time(),
                "who": "",
                "role": one(("inspector", "admin")),
                "asked": "",
                "about": "",
            }
            for _ in range(20)
        ],
        "recall_notice": [
            {"thing": "", "words": "", "declared_by": "", "declared": time(), "lifted": later()}
            for _ in range(16)
        ],
    }
    kept["judged_lot"] = [
        {
            "lot": f"urn:x:lot:{n}",
            "sector": one(SECTORS),
            "scores": json.dumps(
                {
                    law: [chance.randint(0, asked), asked]
                    for law in chance.sample(["a", "b", "c"], chance.randint(0, 3))
                    for asked in [one((0, 1, 2, 5, 10))]
                }
            ),
            "gaps": json.dumps(chance.sample(["no_origin", "no_lot"], chance.randint(0, 2))),
            "judged": one((0, time())),
            "due": one((0, 1)),
        }
        for n in range(40)
    ]
    kept["portal_lot"] = [
        {
            "target": one_target,
            "lot": f"urn:x:lot:{n}",
            "hash": one((None, "h")),
            "edition": 1,
            "since": 1,
        }
        for n in range(12)
        for one_target in ("a", "b")
    ]
    kept["portal_delivery"] = [
        {
            "number": n,
            "target": one(("a", "b")),
            "lot": f"urn:x:lot:{n % 7}",
            "operation": "create",
            "key": f"k{n}",
            "upstream": "[]",
            "captured": time(),
            "made": time(),
            "status": "accepted",
        }
        for n in range(1, 30)
    ]
    for latest in {(d["target"], d["lot"]): d for d in kept["portal_delivery"]}.values():
        latest["status"] = one(("waiting", "rejected", "accepted", "unknown"))
    pictured = chance.sample(range(1, 25), 9)
    kept["product_image"] = [{"product": n, "type": "", "data": b""} for n in pictured]
    kept["desk_line"] = [
        {
            "list": name,
            "entries": json.dumps(entries),
            "added": time(),
            "changed": 0,
            "retired": one((None, None, time())),
        }
        for _ in range(12)
        for name, entries in (
            (
                "trainings",
                {"day": day(), "topic": one(("law", "stamps")), "people": str(one((5, 40)))},
            ),
            (
                "surveys",
                {"day": day(), "wish": one(("stamps", "market")), "barcodes": one(("yes", "no"))},
            ),
            ("priorities", one(({"name": "Tỏi"}, {"name": "Nho", "code": one(codes)}))),
        )
    ]
    times = sorted(MOMENTS)
    events = [
        {
            "taken": taken,
            "organisation": one(parties),
            "step": one(("commissioning", "shipping", None)),
            "lots": chance.sample(["A", "B", "C", "D", "E"], chance.randint(0, 2)),
            "id": f"urn:x:event:{n}",
            "retracts": n % 5 == 4,
        }
        for n, taken in enumerate(times)
    ]
    return World(kept, events, chance.sample(times, 5))


@dataclass(frozen=True)
class Kept:
    """A world, and where it was stored."""

    world: World
    ledger: Ledger
    books: Bookkeeping


@pytest.fixture(scope="module", params=[1, 2, 3])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    path: Path = tmp_path_factory.mktemp("figures") / "l.duckdb"
    made = world(request.param)
    with Ledger.open(path, create=True) as ledger, Bookkeeping(path) as books:
        with books.transaction() as connection:
            for table, rows in made.tables.items():
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    names = ", ".join(row)
                    connection.execute(
                        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of ours
                        [*row.values()],
                    )
        for n, event in enumerate(made.events):
            capture_bytes(
                ledger,
                _text(event, n),
                file_name="e.json",
                now=event["taken"],
                organisation=event["organisation"],
            )
            for _ in range(made.rejected.count(event["taken"])):
                capture_bytes(
                    ledger, b"{", file_name="w.json", now=event["taken"], organisation="urn:x:wrong"
                )
        made.rejected = [event["taken"] for event in made.events if event["taken"] in made.rejected]
        yield Kept(made, ledger, books)


def _text(event: Row, number: int) -> bytes:
    members: Row = {"eventID": event["id"]}
    if event["step"]:
        members["bizStep"] = event["step"]
    if event["retracts"]:
        members["errorDeclaration"] = {
            "declarationTime": "2026-01-01T00:00:00Z",
            "reason": "did_not_occur",
        }
    if event["lots"]:
        members["quantityList"] = [{"epcClass": lot(one), "quantity": 1} for one in event["lots"]]
    made = observed(item(f"S{number}"), **members)
    if not event["step"]:
        made.pop("bizStep", None)
    return document(made)


def rows(world: World, table: str) -> list[Row]:
    return world.tables[table]


def _stands(row: Row, b: Between) -> bool:
    """Whether something that was added is still in use at the end of a period."""
    return row["added"] < b.until and (row["retired"] is None or row["retired"] >= b.until)


def _in(instant: int | None, b: Between) -> bool:
    return instant is not None and b.since <= instant < b.until


def _active(w: World) -> set[str]:
    return {one["id"] for one in rows(w, "organisation") if one["active"]}


def _products(w: World, b: Between) -> list[Row]:
    return [one for one in rows(w, "product") if _stands(one, b)]


def _lines(w: World, b: Between, name: str) -> list[Row]:
    """The entries of a list of the desk that are of days in a period."""
    found = [one for one in rows(w, "desk_line") if one["list"] == name and one["retired"] is None]
    return [
        entries
        for one in found
        if b.first <= (entries := json.loads(one["entries"]))["day"] <= b.last
    ]


def _priorities(w: World, b: Between) -> list[Row]:
    found = [one for one in rows(w, "desk_line") if one["list"] == "priorities"]
    return [json.loads(one["entries"]) for one in found if _stands(one, b)]


def _by_party(w: World, table: str, b: Between, column: str) -> Counter[str]:
    """How many active organisations have a row of each value."""
    pairs = {
        (one[column].strip(), one["organisation"])
        for one in rows(w, table)
        if _stands(one, b) and one["organisation"] in _active(w)
    }
    return Counter(value for value, _ in pairs)


def _runs(w: World, b: Between) -> list[Row]:
    return [one for one in rows(w, "stamp_run") if _in(one["made"], b) and one["voided"] is None]


def _sector(w: World, run: Row) -> str:
    of = [
        one
        for one in rows(w, "product")
        if one["code"] == run["gtin"] and one["organisation"] == run["organisation"]
    ]
    used = [one for one in of if one["retired"] is None] or of
    return max(used, key=lambda one: one["number"])["sector"] if used else ""


def _sector_scanned(w: World, scan: Row) -> str:
    """That of the product in anybody's list, of one in use rather than of one that was retired."""
    of = [one for one in rows(w, "product") if f"/01/{one['code']}/" in scan["thing"]]
    used = [one for one in of if one["retired"] is None] or of
    return max(used, key=lambda one: one["number"])["sector"] if used else ""


def _weighed(pairs: list[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, number in pairs:
        found[name] += number
    return found


def _holding(w: World, b: Between) -> list[Row]:
    return [
        one
        for one in rows(w, "certificate")
        if one["issued"] <= b.last
        and one["added"] < b.until
        and (one["expires"] is None or one["expires"] >= b.last)
        and (one["withdrawn"] is None or one["withdrawn"] >= b.until)
    ]


def _ended(w: World, b: Between) -> int:
    """Each once: on the day it was withdrawn, or the day after its last, whichever came first."""
    found = 0
    for one in rows(w, "certificate"):
        over = [] if one["withdrawn"] is None else [day_of(one["withdrawn"])]
        if one["expires"] is not None:
            end = datetime.fromisoformat(one["expires"]) + timedelta(days=1)
            over.append(end.date().isoformat())
        by_withdrawal = one["withdrawn"] is not None and min(over) == over[0]
        found += bool(over) and (
            _in(one["withdrawn"], b) if by_withdrawal else b.first <= min(over) <= b.last
        )
    return found


def _events(w: World, b: Between) -> list[Row]:
    return [one for one in w.events if _in(one["taken"], b)]


def _first_seen(w: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for event in w.events:
        for name in event["lots"]:
            found.setdefault(name, event["taken"])
    return found


def _open(row: Row, begin: str, end: str, b: Between) -> bool:
    return row[begin] < b.until and (row[end] is None or row[end] >= b.until)


def _judged(w: World) -> list[Row]:
    return [one for one in rows(w, "judged_lot") if one["judged"]]


def _scores(row: Row) -> dict[str, tuple[int, int]]:
    """What is asked by the rules that ask for anything."""
    scores = json.loads(row["scores"]).items()
    return {law: (met, asked) for law, (met, asked) in scores if asked}


def _band(row: Row) -> str:
    percent = min(100 * met // asked for met, asked in _scores(row).values())
    return next(str(least) for least in (100, 80, 50, 0) if percent >= least)


def _latest(w: World) -> list[Row]:
    found = {(row["target"], row["lot"]): row for row in rows(w, "portal_delivery")}
    return [*found.values()]


EXPECTED: Final[dict[str, Callable[[World, Between], int | Counter[str]]]] = {
    "organisations": lambda w, b: sum(
        bool(one["active"]) and one["created"] < b.until for one in rows(w, "organisation")
    ),
    "organisations_new": lambda w, b: sum(_in(o["created"], b) for o in rows(w, "organisation")),
    "organisations_recording": lambda w, b: len({o["organisation"] for o in _events(w, b)}),
    "organisations_by_role": lambda w, b: Counter(
        role
        for one in rows(w, "organisation")
        if one["active"] and one["created"] < b.until
        for role in json.loads(one["roles"])
    ),
    "organisations_by_sector": lambda w, b: _by_party(w, "product", b, "sector"),
    "organisations_by_area": lambda w, b: _by_party(w, "place", b, "unit_now"),
    "organisations_by_area_before": lambda w, b: _by_party(w, "place", b, "unit_before"),
    "products": lambda w, b: len(_products(w, b)),
    "products_by_sector": lambda w, b: Counter(one["sector"] for one in _products(w, b)),
    "products_by_stars": lambda w, b: Counter(
        str(one["ocop_stars"]) for one in _products(w, b) if one["ocop_stars"]
    ),
    "products_by_indication": lambda w, b: Counter(
        one["indication"].strip() for one in _products(w, b) if one["indication"].strip()
    ),
    "products_with_image": lambda w, b: len(
        {one["number"] for one in _products(w, b)}
        & {one["product"] for one in rows(w, "product_image")}
    ),
    "priorities": lambda w, b: len(_priorities(w, b)),
    "priorities_connected": lambda w, b: sum(
        one.get("code") in {product["code"] for product in _products(w, b)}
        for one in _priorities(w, b)
    ),
    "events": lambda w, b: len(_events(w, b)),
    "events_by_step": lambda w, b: Counter(one["step"] or "" for one in _events(w, b)),
    "events_by_month": lambda w, b: Counter(day_of(one["taken"])[:7] for one in _events(w, b)),
    "lots": lambda w, b: len({name for one in _events(w, b) for name in one["lots"]}),
    "lots_new": lambda w, b: sum(_in(taken, b) for taken in _first_seen(w).values()),
    "published": lambda w, b: len(
        {one["thing"] for one in rows(w, "publication") if one["published"] < b.until}
    ),
    "stamp_runs": lambda w, b: sum(_in(one["made"], b) for one in rows(w, "stamp_run")),
    "stamps": lambda w, b: sum(one["count"] for one in _runs(w, b)),
    "stamps_by_sector": lambda w, b: _weighed([(_sector(w, o), o["count"]) for o in _runs(w, b)]),
    "products_with_stamps": lambda w, b: len({one["gtin"] for one in _runs(w, b)}),
    "scans": lambda w, b: sum(
        one["number"] for one in rows(w, "scan") if b.first <= one["day"] <= b.last
    ),
    "scans_by_month": lambda w, b: _weighed(
        [(o["day"][:7], o["number"]) for o in rows(w, "scan") if b.first <= o["day"] <= b.last]
    ),
    "scans_by_sector": lambda w, b: _weighed(
        [
            (_sector_scanned(w, o), o["number"])
            for o in rows(w, "scan")
            if b.first <= o["day"] <= b.last
        ]
    ),
    "certificates": lambda w, b: len(_holding(w, b)),
    "certificates_by_standard": lambda w, b: Counter(
        one["standard"].strip() for one in _holding(w, b)
    ),
    "certificates_ended": _ended,
    "trainings": lambda w, b: len(_lines(w, b, "trainings")),
    "trainees": lambda w, b: sum(int(one["people"]) for one in _lines(w, b, "trainings")),
    "trainees_by_topic": lambda w, b: _weighed(
        [(one["topic"], int(one["people"])) for one in _lines(w, b, "trainings")]
    ),
    "surveyed": lambda w, b: len(_lines(w, b, "surveys")),
    "surveyed_by_wish": lambda w, b: Counter(one["wish"] for one in _lines(w, b, "surveys")),
    "barcode_users": lambda w, b: sum(one["barcodes"] == "yes" for one in _lines(w, b, "surveys")),
    "cases_opened": lambda w, b: sum(_in(one["opened"], b) for one in rows(w, "inspection")),
    "cases_closed": lambda w, b: sum(_in(one["closed"], b) for one in rows(w, "inspection")),
    "cases_open": lambda w, b: sum(_open(o, "opened", "closed", b) for o in rows(w, "inspection")),
    "lots_inspected": lambda w, b: len(
        {
            one["value"]
            for one in rows(w, "inspection_item")
            if one["kind"] == "lot" and _in(one["added"], b)
        }
    ),
    "looks": lambda w, b: sum(
        one["role"] == "inspector" and _in(one["time"], b) for one in rows(w, "look")
    ),
    "recalls": lambda w, b: sum(_in(one["declared"], b) for one in rows(w, "recall_notice")),
    "recalls_lifted": lambda w, b: sum(_in(one["lifted"], b) for one in rows(w, "recall_notice")),
    "recalls_open": lambda w, b: sum(
        _open(one, "declared", "lifted", b) for one in rows(w, "recall_notice")
    ),
    "withdrawn_events": lambda w, b: sum(one["retracts"] for one in _events(w, b)),
    "uploads_rejected": lambda w, b: sum(_in(taken, b) for taken in w.rejected),
    "lots_judged": lambda w, _: len(_judged(w)),
    "lots_by_sector": lambda w, _: Counter(o["sector"] for o in _judged(w)),
    "lots_by_completeness": lambda w, _: Counter(_band(o) for o in _judged(w) if _scores(o)),
    "lots_complete_by_profile": lambda w, _: Counter(
        law for o in _judged(w) for law, (met, asked) in _scores(o).items() if met == asked
    ),
    "lots_complete_by_sector": lambda w, _: Counter(
        o["sector"] for o in _judged(w) if _scores(o) and _band(o) == "100"
    ),
    "lots_with_gaps": lambda w, _: sum(o["gaps"] != "[]" for o in _judged(w)),
    "lots_by_gap": lambda w, _: Counter(g for o in _judged(w) for g in json.loads(o["gaps"])),
    "portal_lots": lambda w, _: len({o["lot"] for o in rows(w, "portal_lot") if o["hash"]}),
    "portal_by_status": lambda w, _: Counter(o["status"] for o in _latest(w)),
}


def test_every_figure_is_counted_again_here() -> None:
    assert set(EXPECTED) == set(figures())


@pytest.mark.parametrize("period", BETWEEN)
def test_every_figure_is_what_plain_python_counts(kept: Kept, period: str) -> None:
    between = BETWEEN[period]
    wrong = {}
    for key, count in EXPECTED.items():
        expected = count(kept.world, between)
        found = count_figure(kept.ledger, kept.books, EVERYTHING, key, between)
        if isinstance(expected, Counter):
            groups = sorted(expected.items(), key=lambda pair: (-pair[1], pair[0]))
            expected_all: Counted = Counted(expected.total(), tuple(groups))
        else:
            expected_all = Counted(expected)
        if found != expected_all:
            wrong[key] = (found, expected_all)
    assert wrong == {}


def test_the_rows_lie_on_both_sides_of_every_edge() -> None:
    declared = [one["declared"] for one in rows(world(1), "recall_notice")]
    inside = {name: sum(_in(one, between) for one in declared) for name, between in BETWEEN.items()}
    assert 0 < inside["2026-Q1"] < inside["2026"] < len(declared)


def test_whoever_does_not_see_all_is_told_no_figure(kept: Kept) -> None:
    with pytest.raises(ValueError, match=r"^Figures are counted for whoever sees all\.$"):
        count_figure(kept.ledger, kept.books, View("urn:x:party:1"), "events", BETWEEN["2026"])


def test_a_certificate_of_a_whole_year_ends_in_one_year(tmp_path: Path) -> None:
    years = [
        Between(at(f"{y}-01-01"), at(f"{y + 1}-01-01"), f"{y}-01-01", f"{y}-12-31")
        for y in (2026, 2027)
    ]
    with Ledger.open(tmp_path / "a.duckdb") as ledger, Bookkeeping(ledger.path) as books:
        add_organisation(books, Organisation("urn:x:a", "A"), years[0].since)
        with books.transaction() as connection:
            connection.execute(
                "INSERT INTO certificate (organisation, standard, number, agency, issued, expires, "
                "covers, added) VALUES ('urn:x:a', '', '', '', '2026-01-01', '2026-12-31', '', ?)",
                (years[0].since,),
            )
        told = [
            [count_figure(ledger, books, EVERYTHING, key, one).number for one in years]
            for key in ("certificates", "certificates_ended")
        ]
    assert told == [[1, 0], [0, 1]]
