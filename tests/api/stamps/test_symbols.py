"""QR codes of stamps against those of the library beneath, mask by mask."""

import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from segno.encoder import mask_scores

from api.stamps.symbol import Level, symbol


def drawn(text: str, level: Level, mask: int | None) -> list[bytearray]:
    code = segno.make(text, error=level, micro=False, boost_error=False, mask=mask)
    return [bytearray(row) for row in code.matrix]


@settings(max_examples=25)
@given(
    st.text("ABCDEFGHJKMNPQRTVWXY23456789/%-.", min_size=1, max_size=60),
    st.sampled_from(["m", "q"]),
)
def test_the_mask_is_one_of_the_fewest_penalties(path: str, level: Level) -> None:
    text = f"https://tem.example/{path}"
    found = symbol.__wrapped__(text, level)
    rows = [
        bytearray(f"{row:0{found.modules}b}".encode().translate(bytes.maketrans(b"01", b"\0\1")))
        for row in found.rows
    ]
    masked = [drawn(text, level, mask) for mask in range(8)]
    assert rows in masked
    scores = [sum(mask_scores(one, len(one), len(one))) for one in masked]  # type: ignore[no-untyped-call]
    # Where false finders overlap the library counts one, and this all: a few points of forty.
    assert scores[masked.index(rows)] <= min(scores) + 80


def test_runs_are_the_dark_modules() -> None:
    found = symbol("https://tem.example/01/08936099141015", "m")
    dark = {(x + step, y) for x, y, length in found.runs() for step in range(length)}
    expected = drawn("https://tem.example/01/08936099141015", "m", None)
    counted = sum(map(sum, expected))
    assert {
        (x, y)
        for y, row in enumerate(found.rows)
        for x in range(found.modules)
        if row >> (found.modules - 1 - x) & 1
    } == dark
    assert found.span == len(expected) + 8
    assert abs(len(dark) - counted) < counted / 5
