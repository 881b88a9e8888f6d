"""Which files a person means by the paths they give: files, and folders of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

SUFFIXES: Final = frozenset({".json", ".jsonld"})
"""Ends of the names of files that are taken from a folder."""


def expand(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files as given, and the EPCIS files of folders in order of their names.

    A path that does not exist is given back as it is; opening it says what is wrong.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found
                for found in path.rglob("*")
                if found.suffix.lower() in SUFFIXES and found.is_file()
            )
        else:
            yield path
