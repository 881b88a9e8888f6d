"""Erasing the content of events by a decision that stands in the log.

In one transaction the decision becomes an entry, and of each event goes all that tells what it
said: its text, its hash, its salt (with which a guess could be tested against the leaf), every row
derived from it, the texts of its witnesses, and what the reports to its senders say of it. What
stays is its leaf, so that all else can be proven as before; when and from whom it came; its
eventID, where the sender gave one that was not made of the content; and which objects that other
events name it named too, so that a trace can tell that something is gone.

References:
    docs/adr/0023-erasing-is-a-decision-in-the-log.md
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import duckdb
import orjson
import pyarrow as pa

from epcis_core.proof.checks import Key
from epcis_core.proof.keys import Signer
from epcis_core.rules.retention import RetentionRule
from epcis_core.store.decisions import Decision, decide
from epcis_core.store.ledger import Ledger
from epcis_core.store.remains import MEMBER, seal_remains
from epcis_core.store.retention import Going, plan_retention, ranges
from epcis_core.store.tables import CONTENT, ILMD, MARK, MEMBERSHIP, REFERENCE, Table
from epcis_core.store.view import EVERYTHING

_GONE: Final = Table("gone", pa.schema([("sequence", pa.int64())]))
_REPORTS: Final = Table("told", pa.schema([("capture_id", pa.string()), ("report", pa.string())]))
_OF_CONTENT: Final = "(e.minted OR starts_with(e.event_id, 'ni:///'))"
_AT_ONCE: Final = 1_000  # reports
MOST: Final = 100_000
"""Events that one decision erases at most; more go by further decisions."""


def apply_retention(
    ledger: Ledger,
    signer: Signer,
    rules: Sequence[RetentionRule],
    *,
    by: str,
    reason: str,
    now: int,
    former: Sequence[Key] = (),
    most: int = MOST,
) -> Iterator[tuple[Decision, int]]:
    """Erase all that may go by the rules.

    Args:
        ledger: where.
        signer: the log's key.
        rules: by which.
        by: who decides.
        reason: why.
        now: the clock, microseconds since 1970 UTC.
        former: keys that the log has had before.
        most: events that one decision erases, about.

    Yields:
        Each decision once it is on disk, and how many events were erased by it.
    """
    keys = [signer.key, *former]
    while True:
        with ledger.writing() as cursor:
            going = plan_retention(ledger, EVERYTHING, rules, now, keys=keys, most=most).going
            if not going:
                return
            parts = _by_rule(going, _choose(cursor, going))
            _erase(cursor, _next_sequence(cursor))
            left = seal_remains(cursor)
            said = {"erased": parts, MEMBER: left, "rules": [_named(rule) for rule in rules]}
            decision = decide(cursor, signer, "erase", said, by=by, reason=reason, now=now)
        yield decision, len(going)


def _choose(cursor: duckdb.DuckDBPyConnection, going: Sequence[Going]) -> dict[int, list[int]]:
    """Choose events, with the receipts of their witnesses, and return these by event."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE gone (sequence BIGINT)")
    _GONE.insert(cursor, [(one.sequence,) for one in going])
    rows = cursor.execute(
        "SELECT event_sequence, list(sequence) FROM receipt "
        "WHERE event_sequence IN (SELECT sequence FROM gone) GROUP BY event_sequence"
    ).fetchall()
    _GONE.insert(cursor, [(receipt,) for _, receipts in rows for receipt in receipts])
    return dict(rows)


def _by_rule(going: Sequence[Going], receipts: dict[int, list[int]]) -> list[dict[str, Any]]:
    """Return what goes by each rule, as the decision says it."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in going:
        found[one.rule] += [one.sequence, *receipts.get(one.sequence, ())]
    return [{"rule": rule, "sequences": ranges(found[rule])} for rule in sorted(found)]


def _named(rule: RetentionRule) -> dict[str, Any]:
    """Return a rule as a decision names it."""
    return rule.model_dump(mode="json", exclude_defaults=True, exclude={"en", "vi"})


def _next_sequence(cursor: duckdb.DuckDBPyConnection) -> int:
    """Return the place in the log of the decision that is about to be made."""
    rows = cursor.execute("SELECT coalesce(max(sequence) + 1, 0) FROM entry").fetchall()
    return int(rows[0][0])


def _erase(cursor: duckdb.DuckDBPyConnection, decision: int) -> None:
    """Erase what was chosen, by a decision of that sequence."""
    _leave_marks(cursor, decision)
    _scrub_reports(cursor)
    cursor.execute("UPDATE entry SET salt = ''::BLOB WHERE sequence IN (SELECT sequence FROM gone)")
    tables = [table.name for table in (REFERENCE, MARK, MEMBERSHIP, ILMD, CONTENT)]
    for table in (*tables, "receipt", "event"):
        cursor.execute(f"DELETE FROM {table} WHERE sequence IN (SELECT sequence FROM gone)")  # noqa: S608 - a table of ours
    _forget_objects(cursor)
    cursor.execute("DROP TABLE gone")


def _leave_marks(cursor: duckdb.DuckDBPyConnection, decision: int) -> None:
    """Write what stays of what is about to be erased."""
    event_id = f"CASE WHEN NOT {_OF_CONTENT} THEN e.event_id END"
    cursor.execute(
        f"INSERT INTO erased SELECT e.sequence, $decision, {event_id}, e.retracts IS NOT NULL, "  # noqa: S608 - ours
        "e.envelope, coalesce(r.objects, []) FROM event e LEFT JOIN ("
        "SELECT sequence, list(DISTINCT object ORDER BY object) AS objects FROM reference "
        "WHERE sequence IN (SELECT sequence FROM gone) GROUP BY sequence) r USING (sequence) "
        "WHERE e.sequence IN (SELECT sequence FROM gone) UNION ALL "
        f"SELECT w.sequence, $decision, {event_id}, e.retracts IS NOT NULL, w.envelope, [] "
        "FROM receipt w JOIN event e ON e.sequence = w.event_sequence "
        "WHERE w.sequence IN (SELECT sequence FROM gone)",
        {"decision": decision},
    )


def _forget_objects(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leave of what erased events named only what others still name."""
    cursor.execute(
        "UPDATE erased SET objects = coalesce(left_over.objects, []) FROM ("
        "SELECT n.sequence, list(o.object ORDER BY o.object) "
        "FILTER (o.object IS NOT NULL) AS objects FROM "
        "(SELECT sequence FROM erased WHERE len(objects) > 0) n LEFT JOIN ("
        "SELECT sequence, object FROM (SELECT sequence, unnest(objects) AS object FROM erased) "
        "WHERE object IN (SELECT object FROM reference)) o USING (sequence) GROUP BY n.sequence"
        ") left_over WHERE left_over.sequence = erased.sequence"
    )


def _scrub_reports(cursor: duckdb.DuckDBPyConnection) -> None:
    """Take out of the book of captures what it says of the events: findings, hashes, digests.

    The digest of a document goes too: with it a guess at the document could be tested.
    """
    rows = cursor.execute(
        f"SELECT e.hash, e.event_id, {_OF_CONTENT} FROM event e "  # noqa: S608 - ours
        "WHERE e.sequence IN (SELECT sequence FROM gone)"
    ).fetchall()
    hashes = {row[0] for row in rows}
    ids = {event_id: is_of_content for _, event_id, is_of_content in rows}
    changed = []
    after = ""
    while batch := cursor.execute(
        "SELECT capture_id, report FROM capture WHERE capture_id > ? ORDER BY capture_id LIMIT ?",
        [after, _AT_ONCE],
    ).fetchall():
        after = batch[-1][0]
        for capture_id, text in batch:
            report = orjson.loads(text)
            if _scrub(report["events"], hashes, ids):
                changed.append((capture_id, orjson.dumps(report).decode()))
    cursor.execute("CREATE OR REPLACE TEMP TABLE told (capture_id VARCHAR, report VARCHAR)")
    _REPORTS.insert(cursor, changed)
    cursor.execute(
        "UPDATE capture SET report = told.report, digest = ''::BLOB FROM told "
        "WHERE told.capture_id = capture.capture_id"
    )
    cursor.execute("DROP TABLE told")
    cursor.execute(
        "UPDATE capture SET digest = ''::BLOB WHERE capture_id IN ("
        "SELECT n.capture_id FROM entry n WHERE n.sequence IN (SELECT sequence FROM gone))"
    )


def _scrub(told: list[dict[str, Any]], hashes: set[str], ids: Mapping[str, bool]) -> bool:
    """Take hash, findings and an id made of the content from what was told of events.

    Args:
        told: rows of a report.
        hashes: of the events.
        ids: of the events, and whether they were made of the content.
    """
    is_changed = False
    for one in told:
        if one["hash"] in hashes or one["event_id"] in ids:
            one["hash"], one["findings"], is_changed = None, [], True
            if ids.get(one["event_id"]):
                one["event_id"] = None
    return is_changed
