"""A label as SVG: the code as one path, the words as text."""

from html import escape

from api.stamps.fonts import FAMILY, width_of
from api.stamps.layout import Label, Line


def label_svg(label: Label) -> str:
    """Return a label as an SVG document of its own, in millimetres.

    Each text is told how long it is, so that it stays on the label in whatever typeface there is.
    """
    width, height = label.size
    left, top = label.at
    path = "".join(f"M{x} {y}h{dark}v1h-{dark}z" for x, y, dark in label.symbol.runs())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}">'
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
        f'<path transform="translate({left:.3f} {top:.3f}) scale({label.module:.4f})" '
        f'shape-rendering="crispEdges" d="{path}"/>'
        f"<g font-family=\"'{FAMILY}', 'Arial Narrow', Arial, sans-serif\">"
        f"{''.join(_text(line) for line in label.lines)}</g></svg>"
    )


def _text(line: Line) -> str:
    weight = ' font-weight="700"' if line.is_bold else ' font-weight="500"'
    long = width_of(line.text, line.size, is_bold=line.is_bold)
    return (
        f'<text x="{line.x:.2f}" y="{line.y:.2f}" font-size="{line.size:g}"{weight} '
        f'textLength="{long:.2f}" lengthAdjust="spacingAndGlyphs">{escape(line.text)}</text>'
    )
