"""What is written into a picture's boxes, lanes and arrows; the templates turn it into SVG."""

import re
from dataclasses import dataclass
from math import ceil
from typing import Final

from api.web import times
from api.web.chain import Chain, Edge
from api.web.lanes import Arrow, Band, Box, Picture, draw_lanes
from api.web.naming import Namer, trace_link
from api.web.rail import draw_rail
from epcis_core.provenance.kinds import key_of

# Characters that XML cannot hold, whatever a name in the master data contains.
_NOT_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# No box has room for more; a name of a megabyte must not cost more than one of a line.
_LONGEST: Final = 200

# Pixels at 13 px in DejaVu Sans, the widest of the fonts that systems bring along.
_WIDEST: Final = 12.0
_CAPITAL: Final = 9.3
_USUAL: Final = 8.0
_NARROW: Final = 4.4
_BOLD: Final = 1.21
_WIDEST_SIGNS: Final = frozenset("mwMW@%…×—–")
_NARROW_SIGNS: Final = frozenset("iljtfrIíìỉĩị.,;:'|!()[]/- ·")


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """One box with its words.

    Attributes:
        box: where.
        href: the object's trace.
        label: what a screen reader says.
        lines: the words, the first of them bold.
        look: class names.
        mark: `!` where a gap names the object, else empty.
        is_subject: it is the object in question.
        onward: where its arrows lead, as numbers of boxes, for those who walk by keys.
    """

    box: Box
    href: str
    label: str
    lines: tuple[str, ...]
    look: str
    mark: str
    is_subject: bool
    onward: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """One arrow with its look."""

    arrow: Arrow
    look: str


@dataclass(frozen=True, slots=True)
class DrawnBand:
    """One lane with the party's name, cut to fit.

    Attributes:
        x: where the name begins.
        y: its base line.
    """

    band: Band
    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with all its words.

    Attributes:
        name: tells the pictures of one page apart: `wide` or `tall`.
        label: what the picture shows, for those who do not see it.
    """

    name: str
    label: str
    picture: Picture
    bands: tuple[DrawnBand, ...]
    boxes: tuple[DrawnBox, ...]
    arrows: tuple[DrawnArrow, ...]


def wide_figure(chain: Chain, namer: Namer, subject: str) -> Figure:
    """Return the picture for wide screens."""
    return _figure("wide", chain, draw_lanes(chain), namer, subject)


def tall_figure(chain: Chain, namer: Namer, subject: str) -> Figure:
    """Return the picture for phones."""
    return _figure("tall", chain, draw_rail(chain), namer, subject)


def _figure(name: str, chain: Chain, picture: Picture, namer: Namer, subject: str) -> Figure:
    return Figure(
        name,
        namer.texts("trace.picture_label", name=plain(namer.thing(subject))),
        picture,
        tuple(_band(band, chain, picture, namer, is_tall=name == "tall") for band in picture.bands),
        tuple(_box(box, chain, namer, is_tall=name == "tall") for box in picture.boxes),
        tuple(DrawnArrow(arrow, _look(arrow.edge)) for arrow in picture.arrows),
    )


def _band(band: Band, chain: Chain, picture: Picture, namer: Namer, *, is_tall: bool) -> DrawnBand:
    # On phones the lines run at the left, so the name begins where the boxes do.
    name = namer.crowd(chain.crowd(band.party))
    left = min((box.x for box in picture.boxes), default=0) if is_tall else 10
    # A long one begins further left, across the lines.
    x = max(10, min(left, picture.width - 8 - ceil(width_of(name[:_LONGEST], bold=True))))
    y = band.y + (26 if is_tall else 20)
    return DrawnBand(band, fitted(name, picture.width - x - 8, bold=True), x, y)


def _box(box: Box, chain: Chain, namer: Namer, *, is_tall: bool) -> DrawnBox:
    node = chain.nodes[box.node]
    texts = namer.texts
    one = node.object
    key = key_of(one.id)
    number = one.lot or one.serial or (key.ais[0][1] if key is not None else one.id)
    day = times.short_day(times.here(node.time), texts.language) if node.time else ""
    name = one.name or (namer.product(one.gtin) if one.gtin else None) or texts(f"kind.{one.kind}")
    many = len(node.members) > 1
    if many:
        number = texts("thing.many", number=texts.number(len(node.members)), name=f"{number} …")
    came = texts("trace.received" if node.arrived else "trace.no_receipt") if node.is_stop else ""
    looks = ["stop" if node.is_stop else "box", f"role-{one.role}"]
    looks += ["disputed"] if one.disputed else []
    has_gap = node.has_gap and not node.is_stop
    looks += ["gap"] if has_gap else [] if node.arrived else ["missing"]
    state = " ".join(filter(None, [came, day if node.arrived else ""])) if node.is_stop else ""
    if node.is_stop:
        lines = [number, state]
    elif is_tall:
        lines = [number, " · ".join(filter(None, [day, name]))]
    else:
        lines = [number, *wrapped(name, box.width - 20), day]
    shown = _fitting(lines, box.width - (32 if node.is_stop else 20))
    # What is heard begins with what is seen, so that speech input finds it (WCAG 2.2, 2.5.3).
    said = [" ".join(shown), namer.thing(one.id), namer.crowd(chain.crowd(node.party))]
    said += [texts("trace.disputed")] if one.disputed else []
    return DrawnBox(
        box,
        "#objects" if many else trace_link(one.id),
        plain(", ".join(filter(None, said))),
        shown,
        " ".join(looks),
        "!" if has_gap or not node.arrived else "",
        one.role == "subject" and not node.is_stop,
        tuple(dict.fromkeys(edge.end for edge in chain.edges if edge.start == box.node)),
    )


def _fitting(lines: list[str], width: int) -> tuple[str, ...]:
    return tuple(fitted(line, width, bold=at == 0) for at, line in enumerate(lines) if line)


def _look(edge: Edge) -> str:
    looks: list[str] = [edge.kind]
    looks += ["disputed"] if edge.disputed else []
    looks += ["missing"] if not edge.confirmed else []
    return " ".join(looks)


def plain(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def width_of(text: str, *, bold: bool = False) -> float:
    """Return about how wide a text is in pixels at 13 px, 14 px where bold; rather too wide.

    Which system font a device has is not known here, so letters count by their sort.
    """
    return sum(map(_letter_width, text)) * (_BOLD if bold else 1)


def _letter_width(letter: str) -> float:
    if letter in _WIDEST_SIGNS:
        return _WIDEST
    if letter.isupper():
        return _CAPITAL
    return _NARROW if letter in _NARROW_SIGNS else _USUAL


def wrapped(text: str, width: float) -> list[str]:
    """Return a text in one or two lines of a width in pixels, the second cut to fit."""
    words = plain(text[:_LONGEST]).split()
    first = ""
    while words and width_of(f"{first} {words[0]}") <= width:
        first = f"{first} {words.pop(0)}".strip()
    lines = [first, " ".join(words)]
    return [fitted(line, width) for line in lines if line]


def fitted(text: str, width: float, *, bold: bool = False) -> str:
    """Return a text cut to a width in pixels; of a single word the middle is left out."""
    text = plain(text[:_LONGEST])
    if width_of(text, bold=bold) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        head = kept if " " in text else kept // 2
        cut = f"{text[:head].rstrip()}…{text[len(text) - kept + head :]}"
        if width_of(cut, bold=bold) <= width:
            return cut
    return "…"
