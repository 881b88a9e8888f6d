"""What a law lets go and what it keeps: rules, holds, plans, and the commands."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from api.cli import app
from epcis_core.errors import ParseError
from epcis_core.model.times import microseconds
from epcis_core.rules.retention import all_rules, months_after, read_rules
from epcis_core.store.ledger import Ledger
from epcis_core.store.retention import plan_retention
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, captured, document, item, lot, made, observed, packed
from tests.reliability.kept_ledgers import (
    again,
    bytes_beside,
    exported,
    faults,
    fill_with_samples,
    objects,
    tables,
    traces,
)
from tests.reliability.retained import (
    LATER,
    apply,
    at,
    begun,
    decided,
    going,
    hold,
    ids,
    in_force,
    take,
)

RULE = """
[[rules]]
id = "own"
reference = "contract 5"
months = 3
en = "Own."
vi = "Riêng."
"""


def test_an_event_may_go_sixty_months_after_it_happened_to_the_microsecond(ledger: Ledger) -> None:
    captured(
        ledger,
        document(observed(eventID="urn:x:1"), observed(eventID="urn:x:2", **at("2026-03-02"))),
    )
    end = microseconds("2031-03-01T08:00:00+07:00")
    assert going(ledger, end - 1) == []
    assert going(ledger, end) == [0]
    plan = plan_retention(ledger, EVERYTHING, all_rules(), end)
    assert plan.as_json() == {
        "now": "2031-03-01T01:00:00Z",
        "may_go": {
            "events": 1,
            "oldest": "2026-03-01T01:00:00Z",
            "newest": "2026-03-01T01:00:00Z",
            "rules": {"usual": 1},
            "sequences": [[0, 0]],
        },
        "kept": {"young": 1},
        "holds": [],
    }


def test_what_concerns_goods_with_an_expiry_date_stays_twelve_months_longer(ledger: Ledger) -> None:
    """The date is said once, of the lot; what names the lot, a member or its pallet counts."""
    pallet = "https://id.gs1.org/00/095060001343520017"
    take(
        ledger,
        begun("L1", ilmd={"cbvmda:itemExpirationDate": "2031-06-30"}),
        observed(item("9"), action="ADD", ilmd={"cbvmda:lotNumber": "L1"}),
        packed(pallet, item("9")),
        observed(pallet),
        observed(item("8")),
    )
    assert going(ledger) == [4]
    plan = plan_retention(ledger, EVERYTHING, all_rules(), LATER)
    assert dict(plan.kept) == {"after_expiry": 4}
    assert going(ledger, microseconds("2032-06-30T23:59:59Z")) == [4]
    assert going(ledger, microseconds("2032-07-01T00:00:00Z")) == [0, 1, 2, 3, 4]


def test_an_expiry_date_that_cannot_be_read_keeps_for_ever(ledger: Ledger) -> None:
    ilmd = {"cbvmda:bestBeforeDate": "trước Tết"}
    captured(ledger, document(observed(eventID="urn:x:1", action="ADD", ilmd=ilmd)))
    plan = plan_retention(ledger, EVERYTHING, all_rules(), LATER * 4)
    assert (plan.going, dict(plan.kept)) == ([], {"unreadable_expiry": 1})


def test_a_rule_of_ones_own_keeps_a_product_or_an_attribute_longer(ledger: Ledger) -> None:
    text = """
        [[rules]]
        id = "apples"
        reference = "contract 5"
        after = "event"
        months = 120
        gtins = ["09506000134352"]
        attribute = "https://ns.example.com/grade"
        value = "A"
        en = "Apples of grade A are kept for ten years."
        vi = "Táo loại A được lưu mười năm."
    """
    rules = all_rules(read_rules(text, "own.toml"))
    ilmd = {"ex:grade": "A"}
    captured(
        ledger,
        document(
            observed(item("1"), action="ADD", ilmd=ilmd),
            observed(item("2"), action="ADD", ilmd={"ex:grade": "B"}),
            observed("urn:x:no-product", action="ADD", ilmd=ilmd),
        ),
    )
    plan = plan_retention(ledger, EVERYTHING, rules, LATER)
    assert [one.sequence for one in plan.going] == [1, 2]
    assert dict(plan.kept) == {"apples": 1}


@given(now=st.integers(-(10**15), 4 * 10**15), months=st.integers(0, 1200))
def test_months_are_added_as_the_database_adds_them(now: int, months: int) -> None:
    (expected,) = duckdb.execute(
        "SELECT epoch_us(make_timestamp(?) + to_months(?))", [now, months]
    ).fetchall()
    assert months_after(now, months) == expected[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules = 3", "own.toml: rules: Input should be a valid tuple"),
        ("[[rule]]", "own.toml: rules: Field required"),
        ("= 3", "own.toml: Invalid statement (at line 1, column 1)"),
        (
            '[[rules]]\nid = "a b"',
            "own.toml: rules.0.id: String should match pattern '^[a-z0-9_]+$'",
        ),
        (RULE + 'after = "sale"', "own.toml: rules.0.after: Input should be 'event' or 'expiry'"),
        (
            RULE + 'after = "event"\ngtins = ["123"]',
            "own.toml: rules.0: Value error, own: expected GTINs of 14 digits, got '123'",
        ),
        (
            RULE + 'after = "event"\nvalue = "A"',
            "own.toml: rules.0: Value error, own: a value needs the attribute that it is of",
        ),
    ],
    ids=["number", "other name", "no TOML", "id", "after", "GTIN", "value"],
)
def test_a_file_of_rules_that_cannot_be_read_says_why(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_rules(text, "own.toml")
    assert str(caught.value) == message


def test_two_rules_of_one_name_are_refused() -> None:
    own = read_rules(RULE.replace('"own"', '"usual"') + 'after = "event"', "own.toml")
    with pytest.raises(ParseError) as caught:
        all_rules(own)
    assert str(caught.value) == "Two rules have the id 'usual'"


def test_a_hold_keeps_an_event_or_all_that_a_trace_rests_on(ledger: Ledger) -> None:
    wine = made([lot("GRAPES")], [lot("WINE")], eventID="urn:x:made")
    take(ledger, begun("GRAPES"), wine, begun("PEARS"), begun("PLUMS"))
    of_wine = hold(ledger, object=lot("WINE"))
    of_pears = hold(ledger, event_id="urn:x:PEARS")
    plan = plan_retention(ledger, EVERYTHING, all_rules(), LATER)
    assert [one.sequence for one in plan.going] == [3]
    assert dict(plan.kept) == {f"hold {of_wine}": 2, f"hold {of_pears}": 1}
    apply(ledger)
    assert ids(ledger) == ["urn:x:GRAPES", "urn:x:made", "urn:x:PEARS"]
    decided(ledger, "release", {"hold": of_wine})
    assert [(one.number, one.event_id) for one in in_force(ledger)] == [(of_pears, "urn:x:PEARS")]
    apply(ledger)
    assert ids(ledger) == ["urn:x:PEARS"]


def test_an_event_stays_as_long_as_a_declaration_about_it(ledger: Ledger) -> None:
    """One that differs from its event may have happened later."""
    event = observed(eventID="urn:x:1")
    declared = {"errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    captured(ledger, document(event, observed(eventID="urn:x:1", **at("2027-03-01"), **declared)))
    assert going(ledger) == []
    assert going(ledger, microseconds("2032-03-01T08:00:00+07:00")) == [0, 1]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The sample chains half of whose time is over, with a hold."""
    with Ledger.open(tmp_path_factory.mktemp("old") / "ledger.duckdb") as ledger:
        fill_with_samples(ledger)
        hold(ledger, object="https://id.gs1.org/01/08936099141015/10/DN260311")
        erased = sum(events for _, events in apply(ledger, LATER, most=40))
        assert 40 < erased < 250
        yield ledger


def test_a_ledger_with_erased_events_is_clean_and_every_trace_is_answered(samples: Ledger) -> None:
    found = traces(samples, objects(samples))
    codes = {gap["code"] for one in found.values() for gap in one["gaps"]}
    assert "erased" in codes
    held = found["https://id.gs1.org/01/08936099141015/10/DN260311"]
    assert held["events"]


def test_a_ledger_with_erased_events_is_exported_and_made_again(
    samples: Ledger, tmp_path: Path
) -> None:
    exported(samples, tmp_path / "export")
    with again(tmp_path / "export", tmp_path / "new.duckdb") as new:
        assert tables(new) == tables(samples)
        assert traces(new, objects(new)) == traces(samples, objects(samples))
    assert faults(tmp_path / "new.duckdb") == []


def test_by_command(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    old = observed(item("1"), eventID="urn:x:old", **at("2001-01-01"))
    with Ledger.open(path) as ledger:
        captured(
            ledger, document(old, observed(item("2"), eventID="urn:x:held", **at("2001-01-02")))
        )
    run = CliRunner()

    def epcis(*words: str) -> str:
        done = run.invoke(app, ["retention", str(path), *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    number = int(epcis("hold", "urn:x:held", "--event", "--reason", "case 9"))
    plan = json.loads(epcis("plan", "--json"))
    assert plan["may_go"]["sequences"] == [[0, 0]]
    assert plan["kept"] == {f"hold {number}": 1}
    assert [rule["id"] for rule in plan["rules"]] == ["usual", "after_expiry"]
    assert "case 9 (operator)" in epcis("plan")
    assert json.loads(epcis("apply", "--reason", "review", "--json")) == [
        {"decision": number + 1, "events": 1}
    ]
    assert epcis("apply", "--reason", "review") == "Nothing may go.\n"
    epcis("release", str(number), "--reason", "closed")
    assert epcis("apply", "--reason", "review") == f"Decision {number + 3}: 1 events erased.\n"
    assert b"urn:x:note" not in bytes_beside(path)
    assert faults(path) == []
    again = run.invoke(app, ["retention", str(path), "release", str(number), "--reason", "again"])
    assert str(again.exception) == f"No hold {number} is in force; none are."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["(01)09506000134352(10)L2"],
            "No event here names https://id.gs1.org/01/09506000134352/10/L2",
        ),
        (["urn:x:OTHER", "--event"], "There is no event urn:x:OTHER"),
    ],
    ids=["object", "event"],
)
def test_a_hold_of_what_is_not_there_is_refused_unless_it_is_meant(
    tmp_path: Path, words: list[str], told: str
) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        take(ledger, begun("L1"), begun("L3"))
    run = CliRunner()

    def epcis(*given: str) -> Result:
        return run.invoke(app, ["retention", str(path), *given])

    refused = epcis("hold", *words, "--reason", "typo")
    assert str(refused.exception) == f"{told}; give --anyway to hold what may still come."
    with Ledger.open(path) as ledger:
        assert in_force(ledger) == []
    meant = epcis("hold", *words, "--anyway", "--reason", "they will send it")
    assert (meant.stdout, meant.stderr) == ("3\n", "Events that it keeps now: 0\n")
    right = epcis("hold", "(01)09506000134352(10)L1", "--reason", "case")
    assert (right.stdout, right.stderr) == ("4\n", "Events that it keeps now: 1\n")
    assert [one["events"] for one in json.loads(epcis("plan", "--json").stdout)["holds"]] == [0, 1]
    shown = epcis("plan").stderr
    assert "Warning: nothing that hold 3 is about is here.\n" in shown
    assert "that hold 4 is about" not in shown
    with Ledger.open(path) as ledger:
        take(ledger, begun("L2"), begun("OTHER"), now=NOW + 1)
    assert {one["events"] for one in json.loads(epcis("plan", "--json").stdout)["holds"]} == {1}
