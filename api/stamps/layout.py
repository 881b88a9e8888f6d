"""Where all stands on a label: the code as large as it helps, and beside or beneath it the words.

What must be there is the code with its quiet zone, in modules that a phone can read, and the
element strings. The name, the lot and the day in words are there where they have room.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.stamps.fonts import width_of
from api.stamps.formats import Format, Pair, formats
from api.stamps.stamp import Stamp
from api.stamps.symbol import LARGEST, QUIET, SMALLEST, Level, Symbol, symbol
from epcis_core.errors import EpcisError

_EDGE: Final = 1.0  # millimetres that stay free of words at each side
_EASY: Final = 0.5  # width of a module from which more of a code may be lost instead
_SIZES: Final = (3.2, 2.9, 2.6, 2.4, 2.2, 2.0)  # of letters that are read with ease, in millimetres
_SMALL: Final = (1.8, 1.6)  # and of those that still can be
_LEADING: Final = 1.18  # from line to line, of the size of letters
_ASCENT: Final = 0.95  # from the top of a line to its base line, likewise
_BETWEEN: Final = "  "
_VARIANTS: Final = 4
_LEVELS: Final[tuple[Level, ...]] = ("q", "m")
_WIDE: Final = 1.25  # from which share of width to height on words stand beside the code
_SHARE: Final = 0.62  # of a label that its code takes at most where there is room for less
_NAME_LINES: Final = 2


class TooSmallError(EpcisError):
    """A label has no room for a code that can be read.

    Attributes:
        fitting: keys of the formats that have.
    """

    def __init__(self, message: str, fitting: Sequence[str]) -> None:
        super().__init__(message)
        self.fitting = tuple(fitting)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words.

    Attributes:
        text: it.
        x: where it begins, in millimetres from the left.
        y: its base line, in millimetres from above.
        size: of its letters, in millimetres.
        is_bold: in bold letters.
    """

    text: str
    x: float
    y: float
    size: float
    is_bold: bool = False


class Plan(NamedTuple):
    """How large all on a label is.

    Attributes:
        level: how much of the code may be lost.
        module: width of a module in millimetres.
        variant: what is said, from 0 for everything.
        size: of letters, in millimetres.
    """

    level: Level
    module: float
    variant: int
    size: float


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it is drawn; lengths are millimetres from its upper left corner.

    Attributes:
        size: its width and height.
        symbol: the code.
        at: the upper left corner of the code's dark modules.
        plan: how large all is.
        lines: the words.
    """

    size: Pair
    symbol: Symbol
    at: Pair
    plan: Plan
    lines: tuple[Line, ...]

    @property
    def module(self) -> float:
        """Width of a module."""
        return self.plan.module


class Box(NamedTuple):
    """A part of a label, in millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Text:
    """What is to be said in one line, or in two where it wraps."""

    text: str
    is_bold: bool = False
    wraps: bool = False


Words = Mapping[str, str]
"""What stands before the lot, the expiry date and the PIN: `lot`, `expiry`, `pin`."""


def lay_out(stamp: Stamp, wanted: Format, words: Words, like: Label | None = None) -> Label:
    """Return a stamp as it stands on a label.

    Args:
        stamp: it.
        wanted: the format of the label.
        words: what stands before numbers.
        like: another label of the same run, whose sizes are taken over where they fit.

    Raises:
        TooSmallError: the label has no room for it; the error names formats that have.
    """
    found = None if like is None else _drawn(like.plan, stamp, wanted, words)
    found = found or _laid_out(stamp, wanted, words)
    if found is not None:
        return found
    fitting = [key for key, one in formats().items() if _laid_out(stamp, one, words) is not None]
    told = ", ".join(fitting) or "none"
    raise TooSmallError(
        f"A label of {wanted.label[0]:g} × {wanted.label[1]:g} mm is too small for {stamp.link}: "
        f"its code needs modules of {SMALLEST} mm, and room for the numbers. Formats that fit: "
        f"{told}.",
        fitting,
    )


def _laid_out(stamp: Stamp, wanted: Format, words: Words) -> Label | None:
    return next(
        filter(None, (_drawn(one, stamp, wanted, words) for one in _plans(stamp, wanted))), None
    )


def _plans(stamp: Stamp, wanted: Format) -> Iterator[Plan]:
    """Yield what is to be tried, the best first.

    All words in letters that are read with ease matter more than a larger code, or a sturdier one.
    """
    everything = range(_VARIANTS)
    for variants, sizes in (([0], _SIZES), ([0], _SMALL[:1]), (everything, _SMALL)):
        for level in _LEVELS:
            span = symbol(stamp.link, level).span
            for module in _modules(span, level, wanted.label):
                for variant in variants:
                    for size in sizes:
                        yield Plan(level, module, variant, size)


def _drawn(plan: Plan, stamp: Stamp, wanted: Format, words: Words) -> Label | None:
    """Return a label by a plan; None where not all has room."""
    code = symbol(stamp.link, plan.level)
    at, box = _parts(code.span * plan.module, wanted.label)
    if min(*at, box.width - plan.size, box.height) < 0:
        return None
    lines = _fitted(_texts(stamp, words)[plan.variant], plan.size, box)
    if lines is None:
        return None
    quiet = QUIET * plan.module
    return Label(wanted.label, code, (at[0] + quiet, at[1] + quiet), plan, tuple(lines))


def _parts(side: float, label: Pair) -> tuple[Pair, Box]:
    """Return where a code of a side stands with its quiet zone, and the box of the words."""
    width, height = label
    if _is_wide(label):
        box = Box(side, _EDGE, width - side - _EDGE, height - 2 * _EDGE)
        return (0, (height - side) / 2), box
    box = Box(_EDGE, side, width - 2 * _EDGE, height - side - _EDGE)
    return ((width - side) / 2, 0), box


def _is_wide(label: Pair) -> bool:
    return label[0] >= _WIDE * label[1]


def _modules(span: int, level: Level, label: Pair) -> Iterator[float]:
    """Yield widths of a module to try, the largest first; none where the label is too small."""
    whole = min(LARGEST, (label[1] if _is_wide(label) else label[0]) / span)
    shared = min(whole, _SHARE * max(label) / span)
    least = _EASY if level == "q" else SMALLEST
    for one in dict.fromkeys((shared, (shared + least) / 2, least)):
        if least <= one <= whole:
            yield one


def _texts(stamp: Stamp, words: Words) -> list[list[_Text]]:
    """Return what may be said, the fullest first; the last is what must be there."""
    lot, day = stamp.identifier.lot, stamp.expiry
    elements = [_Text(one) for one in stamp.elements]
    elements += [_Text(f"{words['pin']} {stamp.pin}", is_bold=True)] if stamp.pin else []
    name = [_Text(stamp.name, is_bold=True, wraps=True)] if stamp.name else []
    lots = [_Text(f"{words['lot']} {lot}")] if lot else []
    expiry = [_Text(f"{words['expiry']} {day:%d/%m/%Y}")] if day is not None else []
    return [
        [*name, *lots, *expiry, *elements],
        [*name, *expiry, *elements],
        [*name, *elements],
        elements,
    ]


def _fitted(texts: Sequence[_Text], size: float, box: Box) -> list[Line] | None:
    """Return texts in letters of a size, in the middle of the height; None where too long."""
    lines: list[tuple[str, bool]] = []
    for one in texts:
        if one.wraps:
            lines += [(line, True) for line in _wrapped(one.text, size, box.width)]
            continue
        if lines and _go_together(lines[-1], one):
            longer = f"{lines[-1][0]}{_BETWEEN}{one.text}"
            if width_of(longer, size) <= box.width:
                lines[-1] = (longer, False)
                continue
        is_short = width_of(one.text, size, is_bold=one.is_bold) <= box.width
        pieces = [one.text] if is_short else _broken(one, size, box.width)
        if len(pieces) > 1 and size > _SMALL[-1]:
            return None
        lines += [(piece, one.is_bold) for piece in pieces]
    step = size * _LEADING
    if step * len(lines) > box.height:
        return None
    begin = box.top + (box.height - step * len(lines)) / 2 + size * _ASCENT
    return [
        Line(text, box.left, begin + step * number, size, is_bold)
        for number, (text, is_bold) in enumerate(lines)
    ]


def _go_together(line: tuple[str, bool], text: _Text) -> bool:
    """Tell whether a text may go on in a line: element strings stand apart from other words."""
    both_plain = not line[1] and not text.is_bold
    return both_plain and line[0].startswith("(") == text.text.startswith("(")


def _broken(text: _Text, size: float, width: float) -> list[str]:
    """Return a text cut wherever a line is full."""
    pieces = [""]
    for sign in text.text:
        longer = pieces[-1] + sign
        if width_of(longer, size, is_bold=text.is_bold) <= width or not pieces[-1]:
            pieces[-1] = longer
        else:
            pieces.append(sign)
    return pieces


def _wrapped(text: str, size: float, width: float) -> list[str]:
    """Return a text in bold letters in two lines at most, the last one cut to fit."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size, is_bold=True) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < _NAME_LINES:
            lines.append(word)
        else:
            lines[-1] = longer
    return [_cut(line, size, width) for line in lines]


def _cut(text: str, size: float, width: float) -> str:
    if width_of(text, size, is_bold=True) <= width:
        return text
    while text and width_of(f"{text}…", size, is_bold=True) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
