"""Loads of containers, those of one sort of goods in one sort of container together."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.web.goods import sort_of
from api.web.naming import Namer
from api.web.packing import Load
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.result import LinkKind


@dataclass(frozen=True, slots=True)
class Packings:
    """Loads that are alike.

    Attributes:
        kind: whether the goods lay in the containers or were attached to them.
        content: what was in them, in words.
        container: in what, in words: how many of which sort, or the one container by name.
        start: when the first began, UTC, or None.
        until: when the last ended; None where one of them lasts.
        number: how many loads there are.
        loads: they themselves, by time; empty where the page leaves them to a list.
        disputed: one of them is likely only.
    """

    kind: LinkKind
    content: str
    container: str
    start: str | None
    until: str | None
    number: int
    loads: tuple[Load, ...]
    disputed: bool


def packings_of(loads: Sequence[Load], namer: Namer, *, most: int) -> tuple[Packings, ...]:
    """Return loads by their sort, each sort by its first load.

    Args:
        loads: by time.
        namer: names and language.
        most: where there are more loads than this, the groups hold none of them.
    """
    found: dict[tuple[LinkKind, tuple[str, ...], str], list[Load]] = {}
    for load in loads:
        contents = tuple(dict.fromkeys(map(sort_of, load.contents)))
        found.setdefault((load.kind, contents, _sort(load.container)), []).append(load)
    return tuple(_group(its, namer, is_whole=len(loads) <= most) for its in found.values())


def _group(loads: Sequence[Load], namer: Namer, *, is_whole: bool) -> Packings:
    contents = dict.fromkeys(one for load in loads for one in load.contents)
    containers = dict.fromkeys(load.container for load in loads)
    first = next(iter(containers))
    starts = [load.start for load in loads if load.start]
    ends = [load.until for load in loads if load.until]
    return Packings(
        loads[0].kind,
        namer.alike(list(contents)),
        namer.thing(first) if len(containers) == 1 else namer.alike(list(containers)),
        min(starts, default=None),
        max(ends) if len(ends) == len(loads) else None,
        len(loads),
        tuple(loads) if is_whole else (),
        any(load.disputed for load in loads),
    )


def _sort(container: str) -> str:
    """Return what containers of one sort have in common: the scheme of their keys."""
    key = key_of(container)
    return container if key is None else key.scheme
