"""The picture for phones: a row per object, party under party, arrows in a margin at the left.

Pure geometry in SVG user units. The picture is as wide as a small phone and grows downwards; the
sender stands above the receiver.
"""

from typing import Final

from api.web.chain import Chain, Edge
from api.web.lanes import Arrow, Band, Box, Picture

WIDTH: Final = 336
TRACK: Final = 13
MAX_TRACKS: Final = 7
HEAD: Final = 40
ROW: Final = 58
BOX_HEIGHT: Final = 50
FOOT: Final = 6
ARROW: Final = 7
_BEND: Final = 6


def draw_rail(chain: Chain) -> Picture:
    """Return the picture of a chain for narrow screens."""
    tops: dict[int, int] = {}
    bands: list[Band] = []
    y = 0
    for party in chain.parties:
        mine = [at for at, node in enumerate(chain.nodes) if node.party == party]
        for row, at in enumerate(mine):
            tops[at] = y + HEAD + row * ROW
        height = HEAD + len(mine) * ROW + FOOT
        bands.append(Band(party, y, height))
        y += height
    tracks = _tracks(chain)
    used = min(max(tracks.values(), default=-1) + 1, MAX_TRACKS)
    left = 10 + used * TRACK + ARROW
    boxes = tuple(
        Box(at, left, tops[at], WIDTH - left - 6, BOX_HEIGHT) for at in range(len(chain.nodes))
    )
    nearest = left - ARROW - 3
    arrows = tuple(
        _arrow(
            edge,
            boxes[edge.start],
            boxes[edge.end],
            nearest - tracks[_bus(edge)] % MAX_TRACKS * TRACK,
        )
        for edge in chain.edges
    )
    return Picture(WIDTH, y, tuple(bands), boxes, arrows)


def _bus(edge: Edge) -> tuple[int, str, bool]:
    """Return what arrows may share a line: those that leave one object in one way."""
    return edge.start, edge.kind, edge.confirmed and not edge.disputed


def _tracks(chain: Chain) -> dict[tuple[int, str, bool], int]:
    """Return a track per shared line, so that lines beside each other never touch.

    The shortest come first and stay nearest to the boxes.
    """
    spans: dict[tuple[int, str, bool], tuple[int, int]] = {}
    for edge in chain.edges:
        low, high = spans.get(_bus(edge), (edge.start, edge.start))
        spans[_bus(edge)] = (min(low, edge.end), max(high, edge.end))
    taken: list[list[tuple[int, int]]] = []
    tracks: dict[tuple[int, str, bool], int] = {}
    for bus, (low, high) in sorted(spans.items(), key=lambda one: (one[1][1] - one[1][0], one[1])):
        track = next(
            (at for at, others in enumerate(taken) if all(high < a or low > b for a, b in others)),
            len(taken),
        )
        if track == len(taken):
            taken.append([])
        taken[track].append((low, high))
        tracks[bus] = track
    return tracks


def _arrow(edge: Edge, start: Box, end: Box, x: int) -> Arrow:
    down = end.y > start.y
    # Lines leave below the middle and arrive above it, so that the two do not meet at a box.
    y1 = start.middle + (8 if down else -8)
    y2 = end.middle + (-8 if down else 8)
    bend = _BEND if down else -_BEND
    has_head = edge.kind in {"transformation", "handover"}
    tip = end.x - (ARROW if has_head else 0)
    line = (
        f"M{start.x} {y1}H{x + _BEND}Q{x} {y1} {x} {y1 + bend}"
        f"V{y2 - bend}Q{x} {y2} {x + _BEND} {y2}H{tip}"
    )
    head = f"M{tip} {y2 - 5}L{end.x} {y2}L{tip} {y2 + 5}Z" if has_head else ""
    return Arrow(edge, line, head)
