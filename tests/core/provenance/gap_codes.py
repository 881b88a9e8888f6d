"""The codes of gaps, as the source of `epcis_core.provenance` raises them."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "epcis_core" / "provenance"


def raised() -> list[str]:
    """Return every code that stands in the source as the code of a gap."""
    trees = (ast.parse(module.read_text(encoding="utf-8")) for module in SOURCE.glob("*.py"))
    return sorted({code for tree in trees for code in _codes(tree)})


def _codes(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in `Gap(code=…)` and in the first place of `_gap(…)`."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
            if call.func.id == "_gap":
                given = call.args[:1]
            elif call.func.id != "Gap":
                continue
            yield from (
                value.value
                for value in given
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            )
