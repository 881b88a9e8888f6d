"""Decisions about what is kept: entries of the log, signed with its key.

A decision is JSON that its leaf commits to, as content in the syntax `json` without prefixes; its
kind of entry stands in the leaf's metadata, so that it can be taken for nothing else. What is
signed begins with words that no checkpoint, proof or export begins with.

References:
    docs/adr/0023-erasing-is-a-decision-in-the-log.md
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import duckdb
import orjson

from epcis_core.model.times import utc_text
from epcis_core.proof.checks import Key, read_key, signers
from epcis_core.proof.keys import Signer, key_text, note
from epcis_core.proof.leaf import SALT_SIZE, EntryMetadata, entry_leaf
from epcis_core.store.ledger import Ledger
from epcis_core.store.reading import Reading
from epcis_core.store.tables import DECISION, ENTRY
from epcis_core.store.tree import growing_tree
from epcis_core.store.view import View

STATEMENT: Final = "epcis-ledger decision/v1"

DecisionKind = Literal["erase", "hold", "release"]
"""`erase`: the content of events goes. `hold`: some stays, whatever rules say, until `release`."""

READING: Final = Reading("json", {}, ())
"""How a decision is read."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        sequence: its place in the log.
        kind: what is decided.
        record_time: when, microseconds since 1970 UTC.
        by: who.
        body: as JSON, `{"by", "decision", "key", "reason", "time", …}`.
        signature: the log's, as a line of a signed note.
    """

    sequence: int
    kind: DecisionKind
    record_time: int
    by: str
    body: str
    signature: str

    @property
    def members(self) -> Mapping[str, Any]:
        """What it says."""
        found: Mapping[str, Any] = orjson.loads(self.body)
        return found

    @property
    def is_signed(self) -> bool:
        """Whether the key that it names has signed it."""
        key = read_key(self.members["key"])
        try:
            return bool(signers(note(_signed(key.name, self.body), [self.signature]), [key]))
        except ValueError:
            return False

    def is_signed_with(self, keys: Collection[Key]) -> bool:
        """Tell whether one of some keys has signed it, under whatever name the log had then."""
        public = read_key(self.members["key"]).public
        return any(one.public == public for one in keys) and self.is_signed


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force.

    Attributes:
        number: the sequence of its decision, by which it is released.
        object: canonical object whose whole trace is held; None for an event.
        event_id: event that is held; None for an object.
        by: who decided.
        reason: why.
        record_time: when, microseconds since 1970 UTC.
    """

    number: int
    object: str | None
    event_id: str | None
    by: str
    reason: str
    record_time: int


def decide(
    cursor: duckdb.DuckDBPyConnection,
    signer: Signer,
    kind: DecisionKind,
    members: Mapping[str, Any],
    *,
    by: str,
    reason: str,
    now: int,
) -> Decision:
    """Append a decision to the log.

    Args:
        cursor: the writer's, inside its transaction.
        signer: the log's key.
        kind: what is decided.
        members: what it says beside who, when and why.
        by: who.
        reason: why.
        now: the clock, microseconds since 1970 UTC.
    """
    size, latest = cursor.execute(
        "SELECT coalesce(max(sequence) + 1, 0), coalesce(epoch_us(max(record_time)), 0) FROM entry"
    ).fetchall()[0]
    time = max(now, latest)
    said = {"by": by, "decision": kind, "key": key_text(signer.key), "reason": reason}
    said |= {"time": utc_text(time), **members}
    body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()
    signature = signer.sign(_signed(signer.name, body))
    salt = secrets.token_bytes(SALT_SIZE)
    metadata = EntryMetadata(size, "decision", "", time, "", by)
    leaf = entry_leaf(salt, READING.as_bytes(), body.encode(), metadata)
    nodes = b"".join(growing_tree(cursor, size).append(leaf))
    ENTRY.insert(cursor, [(size, "decision", time, "", by, salt, leaf, nodes)])
    DECISION.insert(cursor, [(size, kind, body, signature)])
    return Decision(size, kind, time, by, body, signature)


def decisions(ledger: Ledger, view: View) -> list[Decision]:
    """Return all decisions, in order."""
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT d.sequence, d.kind, epoch_us(n.record_time), n.organisation, d.body, "  # noqa: S608 - ours
            "d.signature FROM decision d JOIN entry n USING (sequence) "
            f"WHERE {view.condition('d')} ORDER BY d.sequence"
        ).fetchall()
    return [Decision(*row) for row in rows]


def holds(ledger: Ledger, view: View, keys: Collection[Key] = ()) -> list[Hold]:
    """Return the holds in force, in order.

    A hold counts whoever has signed it, a release under a key of the log alone: what somebody puts
    into the file by hand may keep more, never less.

    Args:
        ledger: where they are.
        view: what may be seen.
        keys: those that the log has and has had.
    """
    found: dict[int, Hold] = {}
    for one in decisions(ledger, view):
        said = one.members
        if one.kind == "hold":
            what = (said.get("object"), said.get("event_id"))
            found[one.sequence] = Hold(one.sequence, *what, one.by, said["reason"], one.record_time)
        elif one.kind == "release" and one.is_signed_with(keys):
            found.pop(said["hold"], None)
    return list(found.values())


def _signed(name: str, body: str) -> str:
    """Return the text that is signed under a decision."""
    return f"{STATEMENT}\n{name}\n{hashlib.sha256(body.encode()).hexdigest()}\n"
