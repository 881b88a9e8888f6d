"""Provenance's facts by the fact index: a few look-ups per question, however large the ledger."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import duckdb

from epcis_core.access.visibility import sees
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.fact_rows import ends_of, read_facts
from epcis_core.store.index.keys import declaring, member_of, part_of
from epcis_core.store.index.reader import IndexReader
from epcis_core.store.index.segment import DamagedIndexError
from epcis_core.store.view import View

T = TypeVar("T")

_MOST_OF_PRODUCT: Final = 20_000
"""So many events of a product, the latest, are looked at for lots that resemble another."""


class IndexedEvidence:
    """Evidence of one ledger under one view; `epcis_core.provenance.evidence.Evidence`.

    What the ledger has and the index has not yet is read from the ledger; all of it is where the
    index turns out to be damaged.

    Args:
        cursor: a reader's, whose transaction keeps the answer consistent.
        view: what may be seen.
        index: the index.

    Attributes:
        is_damaged: the index has turned out to be.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: View, index: IndexReader) -> None:
        self._cursor = cursor
        self._view = view
        self._index = index
        self._plain = StoredEvidence(cursor, view)
        self._last = view.last(cursor)
        self.is_damaged = False
        self._shared: defaultdict[str, set[str]] = defaultdict(set)
        for giver, thing in view.shared:
            self._shared[giver].add(thing)
        self._known: dict[int, EventFacts | None] = dict.fromkeys(self._erased())
        self._late = self._read_late()

    def naming(self, objects: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.naming`."""
        wanted = frozenset(objects)

        def indexed() -> list[EventFacts]:
            return [
                facts
                for facts in self._found(wanted)
                if not wanted.isdisjoint({named.object for named in facts.named})
            ]

        return self._either(indexed, lambda: self._plain.naming(objects))

    def transforming(self, transformation_ids: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.transforming`."""
        wanted = frozenset(transformation_ids)

        def indexed() -> list[EventFacts]:
            found = self._found(map(part_of, wanted))
            return [facts for facts in found if facts.transformation_id in wanted]

        return self._either(indexed, lambda: self._plain.transforming(transformation_ids))

    def members(self, lots: Collection[str]) -> Sequence[tuple[str, str]]:
        """See `Evidence.members`."""
        wanted = frozenset(lots)

        def indexed() -> list[tuple[str, str]]:
            found = self._found(map(member_of, wanted))
            return sorted({pair for one in found for pair in one.memberships if pair[1] in wanted})

        return self._either(indexed, lambda: self._plain.members(lots))

    def declaring(self, event_ids: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.declaring`."""
        wanted = frozenset(event_ids)

        def indexed() -> list[EventFacts]:
            found = self._found(map(declaring, wanted))
            return [facts for facts in found if facts.retracts and facts.event_id in wanted]

        return self._either(indexed, lambda: self._plain.declaring(event_ids))

    def recorded(self, event_ids: Collection[str]) -> Collection[str]:
        """See `Evidence.recorded`."""
        return self._plain.recorded(event_ids)

    def of_products(self, gtins: Collection[str]) -> Sequence[str]:
        """See `Evidence.of_products`; only the latest 20,000 events of a product are looked at.

        All are where some are hidden: how many others there are is not to be told from the answer.
        """
        if self._view.viewer is not None:
            return self._plain.of_products(gtins)
        return self._either(
            lambda: self._latest_of_products(gtins), lambda: self._plain.of_products(gtins)
        )

    def _latest_of_products(self, gtins: Collection[str]) -> list[str]:
        sequences = {
            number for gtin in gtins for number in self._index.of_product(gtin, _MOST_OF_PRODUCT)
        }
        named = {
            one.object for facts in (*self._facts(sequences), *self._late) for one in facts.named
        }
        keys = ((one, key_of(one)) for one in named if kind_of(one) != "class")
        return sorted(one for one, key in keys if key is not None and key.gtin in gtins)

    def at_sites(self, spans: Collection[tuple[str, int, int]]) -> Sequence[EventFacts]:
        """See `Evidence.at_sites`."""
        return self._plain.at_sites(spans)

    def objects(self, most: int) -> Sequence[str]:
        """See `Evidence.objects`."""
        return self._plain.objects(most)

    def _either(self, indexed: Callable[[], T], plain: Callable[[], T]) -> T:
        """Return what the index says, or, where that is damaged, what the ledger says."""
        if not self.is_damaged:
            try:
                return indexed()
            except DamagedIndexError:
                self.is_damaged = True
                self._index.give_up()
        return plain()

    def _found(self, names: Iterable[str]) -> list[EventFacts]:
        """Return the events that may name any of the things, in ledger order."""
        return [*self._facts(self._index.naming(names)), *self._late]

    def _facts(self, sequences: Iterable[int]) -> list[EventFacts]:
        """Return those of the events that may be seen, in ledger order."""
        asked = [number for number in sequences if number <= self._last]
        fresh = [number for number in asked if number not in self._known]
        self._known.update(dict.fromkeys(fresh))
        self._known.update((facts.sequence, facts) for facts in self._seen(fresh))
        found = (self._known[number] for number in sorted(set(asked)))
        return [facts for facts in found if facts is not None]

    def _seen(self, sequences: list[int]) -> Iterable[EventFacts]:
        """Return the facts of events as far as the viewer may see them, and by whom it may know.

        The same as `View.condition` and `View.shown` say in SQL.
        """
        found = self._index.facts(sequences)
        if self._view.viewer is None:
            return found
        seen, others = [], {}
        for facts in found:
            if self._is_for_viewer(facts):
                seen.append(facts)
            else:
                others[facts.sequence] = facts
        own = self._sent_again(others)
        return seen + [replace(others[one], organisation=self._view.viewer) for one in own]

    def _is_for_viewer(self, facts: EventFacts) -> bool:
        """Tell whether the viewer has sent an event first, is named in it, or is shown it."""
        parties, places = ends_of(facts)
        things = self._shared.get(facts.organisation, set())
        return sees(
            self._view.viewer or "",
            self._view.owned,
            captured_by=(facts.organisation,),
            parties=parties,
            places=places,
        ) or not things.isdisjoint({named.object for named in facts.named})

    def _sent_again(self, events: Iterable[int]) -> set[int]:
        """Return the events that the viewer has sent, too."""
        return {
            receipt.event
            for receipt in self._index.receipts(events)
            if receipt.organisation == self._view.viewer and receipt.sequence <= self._last
        }

    def _erased(self) -> list[int]:
        """Return the events that were erased since the index was brought up."""
        rows = self._cursor.execute(
            f"SELECT sequence FROM erased WHERE decision > {self._index.reached:d}"  # noqa: S608 - a number
        ).fetchall()
        return [row[0] for row in rows]

    def _read_late(self) -> list[EventFacts]:
        """Return the events that the index has not come to."""
        if self._index.reached >= self._last:
            return []
        return read_facts(self._cursor, self._view, f"e.sequence > {self._index.reached:d}")
