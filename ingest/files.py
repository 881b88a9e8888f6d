"""Which files a person means by the paths they give: files, and folders of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Final

SUFFIXES: Final = frozenset({".csv", ".json", ".jsonld", ".xlsm", ".xlsx", ".xml"})
"""Ends of the names of documents that are taken from a folder or an archive."""

ARCHIVES: Final = frozenset({".zip", ".gz"})
"""Ends of the names of archives that are taken from a folder."""

ZIPPED_FORMATS: Final = (".xlsx", ".xlsm", ".ods")
"""Ends of the names of files that are zip archives by their form, and documents to people."""


def expand(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files as given, and the EPCIS files and archives of folders in order of their names.

    A path that does not exist is given back as it is; opening it says what is wrong.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found
                for found in path.rglob("*")
                if is_document(found.relative_to(path), SUFFIXES | ARCHIVES) and found.is_file()
            )
        else:
            yield path


def is_document(path: PurePath, suffixes: Iterable[str] = SUFFIXES) -> bool:
    """Tell by its place in a folder or archive whether a file is meant as a document.

    What systems leave beside people's files is not: hidden files, and macOS's own folder.

    >>> is_document(PurePath("2026/farm.JSON")), is_document(PurePath("__MACOSX/._farm.json"))
    (True, False)
    """
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() in suffixes
