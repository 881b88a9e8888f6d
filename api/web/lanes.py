"""The picture for wide screens: a lane per party, boxes in columns, arrows from left to right.

Pure geometry in SVG user units, which are CSS pixels at full size. No two boxes overlap; an arrow
between objects goes to a later column unless the records run in a circle.
"""

from dataclasses import dataclass
from typing import Final

from api.web.chain import Chain, Edge, Node, in_order

BOX_WIDTH: Final = 152
BOX_HEIGHT: Final = 76
STOP_HEIGHT: Final = 40
COLUMN: Final = 196
ROW: Final = 88
LANE_HEAD: Final = 28
LANE_PAD: Final = 6
MARGIN: Final = 10
ARROW: Final = 8
TURN: Final = 14


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands: its upper left corner and its size.

    Attributes:
        node: index in the chain.
    """

    node: int
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """The height at which arrows start and end."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Band:
    """The lane of a party.

    Attributes:
        party: whose; None is a party that nobody names.
    """

    party: str | None
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line with its head, as SVG path data.

    Attributes:
        edge: what it stands for.
        line: the path.
        head: the triangle at its end; empty for links that are no flow.
    """

    edge: Edge
    line: str
    head: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be written.

    Attributes:
        width: of the whole.
        height: of the whole.
        bands: a lane per party, in order.
        boxes: one per node of the chain, in its order.
        arrows: one per edge of the chain, in its order.
    """

    width: int
    height: int
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw_lanes(chain: Chain) -> Picture:
    """Return the picture of a chain for wide screens."""
    columns = columns_of(chain)
    bands: list[Band] = []
    boxes: dict[int, Box] = {}
    y = 0
    for party in chain.parties:
        mine = [at for at, node in enumerate(chain.nodes) if node.party == party]
        rows = _rows(chain, mine, columns)
        height = LANE_HEAD + max(rows.values()) * ROW + BOX_HEIGHT + 2 * LANE_PAD
        for at in mine:
            boxes[at] = _box(at, chain.nodes[at], columns[at], y + LANE_HEAD + rows[at] * ROW)
        bands.append(Band(party, y, height))
        y += height
    ordered = tuple(boxes[at] for at in range(len(chain.nodes)))
    width = 2 * (MARGIN + LANE_PAD + TURN) + max(columns, default=0) * COLUMN + BOX_WIDTH
    arrows = tuple(_arrow(edge, ordered[edge.start], ordered[edge.end]) for edge in chain.edges)
    return Picture(width, y, tuple(bands), ordered, arrows)


def columns_of(chain: Chain) -> list[int]:
    """Return the column of each node: right of everything it comes from, as far left as it can be.

    An arrow that would close a circle does not count.
    """
    before: dict[int, set[int]] = {at: set() for at in range(len(chain.nodes))}
    for edge in chain.edges:
        before[edge.end].add(edge.start)
    earliest = sorted(before, key=lambda at: (chain.nodes[at].time or "~", at))
    columns: dict[int, int] = {}
    for at in in_order(earliest, before):
        columns[at] = max((columns[one] + 1 for one in before[at] if one in columns), default=0)
    return [columns[at] for at in range(len(chain.nodes))]


def _rows(chain: Chain, mine: list[int], columns: list[int]) -> dict[int, int]:
    """Return the row of each node of a lane: beside what it comes from where there is room."""
    taken: set[tuple[int, int]] = set()
    rows: dict[int, int] = {}
    for at in sorted(mine, key=lambda at: (columns[at], at)):
        before = [rows[edge.start] for edge in chain.into(at) if edge.start in rows]
        row = min(before, default=0)
        while (columns[at], row) in taken:
            row += 1
        taken.add((columns[at], row))
        rows[at] = row
    return rows


def _box(at: int, node: Node, column: int, y: int) -> Box:
    x = MARGIN + LANE_PAD + TURN + column * COLUMN
    if node.is_stop:
        return Box(at, x, y + (BOX_HEIGHT - STOP_HEIGHT) // 2, BOX_WIDTH, STOP_HEIGHT)
    return Box(at, x, y, BOX_WIDTH, BOX_HEIGHT)


def _arrow(edge: Edge, start: Box, end: Box) -> Arrow:
    x1, y1 = start.x + start.width, start.middle
    x2, y2 = end.x, end.middle
    has_head = edge.kind in {"transformation", "handover"}
    tip = x2 - (ARROW if has_head else 0)
    if x2 > x1:
        # The bend is in the gap just before the end, so that the line stays level on its way.
        gap = COLUMN - BOX_WIDTH
        turn = x2 - gap
        line = f"M{x1} {y1}H{turn}C{turn + gap // 2} {y1} {turn + gap // 3} {y2} {tip} {y2}"
    else:
        below = max(start.y + start.height, end.y + end.height) + LANE_PAD // 2
        out, back = x1 + 2 * TURN, x2 - 2 * TURN
        line = (
            f"M{x1} {y1}C{out} {y1} {out} {below} {x1} {below}"
            f"H{x2}C{back} {below} {back} {y2} {tip} {y2}"
        )
    head = f"M{tip} {y2 - 5}L{x2} {y2}L{tip} {y2 + 5}Z" if has_head else ""
    return Arrow(edge, line, head)
