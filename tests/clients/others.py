"""Programs of others that a test runs the product against; none is a part of the project."""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[2]


def library_of(name: str, variable: str, how: str) -> Path:
    """Return the folder of a JavaScript library; the test skips where it is not.

    A newcomer has none of them. Where every test has to run, a test that skips has failed.

    Args:
        name: of the library.
        variable: of the environment, which may name its folder.
        how: it is brought here, in words.
    """
    if shutil.which("node") is None:
        pytest.skip("Node is not here; install nodejs to run this test")
    around = (folder / "node_modules" / name for folder in (Path.cwd(), _ROOT))
    for place in (os.environ.get(variable), *around):
        if place and (Path(place) / "package.json").is_file():
            return Path(place)
    pytest.skip(f"{name} is not here; {how}, or name its folder in {variable}")
