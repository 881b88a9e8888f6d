"""What was inside one container and when, from the marks of its events.

The order in which the events came makes no difference. At one instant (whole days stamped 00:00
are common) what was open is closed first, then things are added, seen, removed, used up.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Total, put, take
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.stays import End, Stay


@dataclass(slots=True)
class _Open:
    """A stay that lasts.

    Attributes:
        stay: the stay so far.
        left: what is left of the amounts that were counted; None if nobody knows.
        counted: how many amounts of the stay went into that; most are never asked for.
    """

    stay: Stay
    left: Total | None = field(default_factory=dict)
    counted: int = 0

    def take(self, named: Named) -> Total | None:
        """Take an amount out and return what is left; None if nobody knows."""
        for amount in self.stay.amounts[self.counted :]:
            self.left = put(self.left, amount)
        self.counted = len(self.stay.amounts)
        left = take(self.left, named)
        if left is not None:
            self.left = left
        return left


def pair(
    container: str,
    marks: Sequence[EventFacts],
    *,
    ends: Iterable[End] = (),
    uses: Sequence[int] = (),
    is_disputed: Callable[[EventFacts], bool] = lambda _: False,
) -> list[Stay]:
    """Pair what opens stays in a container with what closes them.

    Args:
        container: whose stays.
        marks: the aggregation or association events with the container as parent, by time.
        ends: what else empties it.
        uses: when an event that takes nothing out named the container, ascending.
        is_disputed: tells whether a mark was declared wrong without being taken out.

    Returns:
        The stays by start, then content.
    """
    pairing = _Pairing(container, uses, is_disputed)
    at: dict[int, tuple[list[End], list[EventFacts]]] = defaultdict(lambda: ([], []))
    for end in sorted(ends, key=lambda end: end.disputes):
        at[end.time][0].append(end)
    for mark in marks:
        at[mark.time][1].append(mark)
    for time in sorted(at):
        pairing.at_once(time, *at[time])
    return pairing.all()


@dataclass(slots=True)
class _Pairing:
    """The state of one container while its marks are read in order of time.

    Attributes:
        open: content to the stay it is in.
        done: the stays that ended.
        load_start: when the load began that is, or was last, inside.
        emptied: when the container was last empty.
        gone: contents of the load that are out again.
        last_in: content to the end of its last stay.
    """

    container: str
    uses: Sequence[int]
    is_disputed: Callable[[EventFacts], bool]
    open: dict[str, _Open] = field(default_factory=dict)
    done: list[Stay] = field(default_factory=list)
    load_start: int | None = None
    emptied: int | None = None
    gone: set[str] = field(default_factory=set)
    last_in: dict[str, int] = field(default_factory=dict)

    def at_once(self, time: int, ends: list[End], marks: list[EventFacts]) -> None:
        """Take in everything that happened at one instant."""
        first = len(self.done)
        removals = [(m, named) for m in marks if m.action == "DELETE" for named in _children(m)]
        removals.sort(key=lambda one: one[1] is None)  # what is named is not among “all the rest”
        late = [one for one in removals if not self._remove(*one, before=time)]
        self._empty(ends)
        for take_in, action in ((self._add, "ADD"), (self._observe, "OBSERVE")):
            for mark in marks:
                for named in mark.objects(Role.CHILD) if mark.action == action else ():
                    take_in(mark, named)
        self._mark_refill(time, first)
        for mark, removed in late:
            if not self._remove(mark, removed, before=None):
                self._infer(mark, removed)
        self._use_up(ends)
        if not self.open and len(self.done) > first:
            self.emptied = time

    def all(self) -> list[Stay]:
        """Return every stay, ended or not."""
        stays = [*self.done, *(one.stay for one in self.open.values())]
        return sorted(stays, key=lambda stay: (stay.start, stay.content))

    def _add(self, mark: EventFacts, named: Named) -> None:
        known = self.open.get(named.object)
        if known is not None and known.stay.observed:
            self._close(named.object, mark)
            known = None
        if known is None:
            self._begin(mark, named, start=mark.time, observed=False)
        elif _is_amount(named.object):
            amounts = (*known.stay.amounts, named)
            known.stay = known.stay._replace(amounts=amounts)

    def _observe(self, mark: EventFacts, named: Named) -> None:
        was_in = self.last_in.get(named.object) == mark.time
        if named.object not in self.open and not was_in:
            self._begin(mark, named, start=mark.time, observed=True)

    def _begin(self, mark: EventFacts, named: Named, *, start: int, observed: bool) -> None:
        if not self.open:
            self.load_start = start
            self.gone = set()
        self.open[named.object] = _Open(
            Stay(
                named.object,
                self.container,
                start,
                None,
                mark,
                amounts=(named,),
                disputed=observed or self.is_disputed(mark),
                observed=observed,
            )
        )

    def _remove(self, mark: EventFacts, named: Named | None, *, before: int | None) -> bool:
        """Take content out; tell whether any was in.

        Args:
            mark: the event that says so.
            named: what it takes out; None for all.
            before: only what was put in before this instant.
        """
        inside = [
            content
            for content, one in self.open.items()
            if (named is None or content == named.object)
            and (before is None or one.stay.start < before)
        ]
        for content in inside:
            if named is not None and named.quantity is not None and _is_amount(content):
                self._take(content, mark, named)
            else:
                self._close(content, mark)
        return bool(inside)

    def _take(self, content: str, mark: EventFacts, named: Named) -> None:
        one = self.open[content]
        left = one.take(named)
        if left is None:
            # Nobody knows whether something is left: it stays, disputed.
            self._dispute(content, mark)
        elif left:
            one.stay = one.stay._replace(reduced=True)
        else:
            self._close(content, mark)

    def _infer(self, mark: EventFacts, named: Named | None) -> None:
        """Let what is known only by its removal have been inside since the load began."""
        if named is None:
            self.emptied = mark.time
        elif named.object not in self.gone or self._has_new_load(mark.time):
            start = self._since(mark.time)
            self.done.append(
                Stay(
                    named.object,
                    self.container,
                    start,
                    mark.time,
                    mark,
                    mark,
                    (named,),
                    disputed=True,
                    observed=True,
                )
            )
            self.gone.add(named.object)
            if not self.open:
                self.load_start = start

    def _has_new_load(self, time: int) -> bool:
        """Tell whether the container was used after it was last empty, its content unrecorded."""
        if self.open or self.emptied is None:
            return False
        return bisect_right(self.uses, self.emptied) < bisect_left(self.uses, time)

    def _since(self, time: int) -> int:
        """Return when the load began that is inside at an instant, or was until just now."""
        if self.open and self.load_start is not None:
            return self.load_start
        first = 0 if self.emptied is None else bisect_right(self.uses, self.emptied)
        if first < bisect_right(self.uses, time):
            return self.uses[first]
        return time if self.load_start is None else self.load_start

    def _empty(self, ends: Iterable[End]) -> None:
        """Close what is no longer inside at an instant at which new things may be put in."""
        for end in ends:
            if end.kind == "use":
                continue
            for content, one in list(self.open.items()):
                if one.stay.start < end.time and content not in end.spares:
                    self._end(content, end, disputes=end.disputes, unclosed=True)
            if not self.open and self.done:
                self.emptied = end.time

    def _use_up(self, ends: Iterable[End]) -> None:
        """Close what is inside when it is used up; what was put to it just then may be left."""
        for end in ends:
            if end.kind != "use":
                continue
            is_refilled = self.load_start is not None and self.load_start < end.time
            for content, one in list(self.open.items()):
                if content not in end.spares:
                    may_be_left = is_refilled and one.stay.opened.time == end.time
                    self._end(content, end, disputes=end.disputes or may_be_left)

    def _end(
        self, content: str, end: End, *, disputes: bool = False, unclosed: bool = False
    ) -> None:
        if disputes:
            self._dispute(content, end.facts, at=end.time)
        else:
            self._close(content, end.facts, at=end.time, unclosed=unclosed)

    def _close(
        self, content: str, mark: EventFacts, *, at: int | None = None, unclosed: bool = False
    ) -> None:
        stay = self.open.pop(content).stay
        end = mark.time if at is None else at
        self.done.append(stay._replace(end=end, closed=mark, unclosed=unclosed))
        self.gone.add(content)
        self.last_in[content] = end

    def _dispute(self, content: str, mark: EventFacts, *, at: int | None = None) -> None:
        """Go on with a stay, disputed from an instant on."""
        one = self.open[content]
        if one.stay.disputed:
            return
        time = mark.time if at is None else at
        if one.stay.start < time:
            self.done.append(one.stay._replace(end=time, closed=mark))
        one.stay = one.stay._replace(start=time, disputed=True)

    def _mark_refill(self, time: int, first: int) -> None:
        """Mark what left and what came where both happened at one instant."""
        fresh = [c for c, one in self.open.items() if one.stay.start == time]
        left = [
            place
            for place in range(first, len(self.done))
            if self.done[place].start < time and self.done[place].content not in self.open
        ]
        if fresh and left:
            for place in left:
                self.done[place] = self.done[place]._replace(refilled=True)
            for content in fresh:
                self.open[content].stay = self.open[content].stay._replace(refills=True)


def _children(mark: EventFacts) -> Iterator[Named | None]:
    """Yield what a removal takes out; None for all of it."""
    children = mark.objects(Role.CHILD)
    yield from children
    if not children:
        yield None


def _is_amount(content: str) -> bool:
    return kind_of(content) in AMOUNTS
