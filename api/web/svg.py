"""What is written into a picture's boxes, lanes and arrows; the templates turn it into SVG."""

import re
from dataclasses import dataclass
from typing import Final

from api.web import times
from api.web.chain import Chain, Edge, Node
from api.web.lanes import Arrow, Band, Box, Picture, draw_lanes
from api.web.naming import Namer, trace_link
from api.web.rail import draw_rail
from epcis_core.provenance.kinds import key_of

# Characters that XML cannot hold, whatever a name in the master data contains.
_NOT_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_PIXELS_PER_CHARACTER: Final = 7.4


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
    """

    box: Box
    href: str
    label: str
    lines: tuple[str, ...]
    look: str
    mark: str
    is_subject: bool


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """One arrow with its look."""

    arrow: Arrow
    look: str


@dataclass(frozen=True, slots=True)
class DrawnBand:
    """One lane with the party's name, cut to fit."""

    band: Band
    name: str


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
        tuple(
            DrawnBand(band, fitted(namer.party(band.party), picture.width - 24))
            for band in picture.bands
        ),
        tuple(_box(box, chain.nodes[box.node], namer, is_tall=name == "tall") for box in picture.boxes),
        tuple(DrawnArrow(arrow, _look(arrow.edge)) for arrow in picture.arrows),
    )


def _box(box: Box, node: Node, namer: Namer, *, is_tall: bool) -> DrawnBox:
    texts = namer.texts
    one = node.object
    key = key_of(one.id)
    number = one.lot or one.serial or (key.element_string() if key is not None else one.id)
    day = times.short_day(times.here(node.time), texts.language) if node.time else ""
    name = one.name or (namer.product(one.gtin) if one.gtin else None) or namer.thing(one.id)
    came = texts("trace.received" if node.arrived else "trace.not_received") if node.is_stop else ""
    looks = ["stop" if node.is_stop else "box", f"role-{one.role}"]
    looks += ["disputed"] if one.disputed else []
    looks += ["missing"] if not node.arrived else ["gap"] if node.has_gap and not node.is_stop else []
    state = " ".join(filter(None, [came, day if node.arrived else ""])) if node.is_stop else ""
    lines = [number, state] if node.is_stop else [number, name] if is_tall else [number, name, day]
    if is_tall and not node.is_stop and day:
        lines = [f"{number} · {day}", name]
    said = [namer.thing(one.id), namer.party(node.party), state or day]
    said += [texts("trace.disputed")] if one.disputed else []
    return DrawnBox(
        box,
        trace_link(one.id),
        plain(", ".join(filter(None, said))),
        tuple(fitted(line, box.width - 18) for line in lines if line),
        " ".join(looks),
        "!" if not node.arrived or (node.has_gap and not node.is_stop) else "",
        one.role == "subject" and not node.is_stop,
    )


def _look(edge: Edge) -> str:
    looks = [edge.kind]
    looks += ["disputed"] if edge.disputed else []
    looks += ["missing"] if not edge.confirmed else []
    return " ".join(looks)


def plain(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def fitted(text: str, width: float) -> str:
    """Return a text cut to a width in pixels, as far as that can be told without the font."""
    text = plain(text)
    limit = max(int(width / _PIXELS_PER_CHARACTER), 1)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
