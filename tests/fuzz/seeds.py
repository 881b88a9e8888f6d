"""What the fuzz tests damage: small sound documents of every kind, in both syntaxes."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from epcis_core.findings import Syntax

ROOT = Path(__file__).parents[2]
_ELEMENTS = 2
_LARGEST = 8_000
_GS1_FOLDERS = {"json": "gs1-epcis/JSON", "xml": "gs1-epcis"}


@cache
def seeds(syntax: Syntax) -> tuple[str, ...]:
    """Documents of a syntax: our own, and GS1's small ones where they are there."""
    own = own_xml() if syntax == "xml" else own_json()
    return (*own.values(), *_of_gs1(syntax))


def own_xml() -> dict[str, str]:
    """The documents beside this file by name."""
    files = sorted((Path(__file__).parent / "documents").glob("*.xml"))
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def own_json() -> dict[str, str]:
    """The first events of every sample document, by its name."""
    files = sorted((ROOT / "samples").rglob("*.jsonld"))
    return {file.name: _shortened(file.read_text(encoding="utf-8")) for file in files}


def _shortened(text: str) -> str:
    document = json.loads(text)
    events = document["epcisBody"]["eventList"]
    document["epcisBody"]["eventList"] = events[:1] + events[-1:]
    for vocabulary in (
        document.get("epcisHeader", {}).get("epcisMasterData", {}).get("vocabularyList", ())
    ):
        del vocabulary["vocabularyElementList"][_ELEMENTS:]
    return json.dumps(document, ensure_ascii=False, indent=1)


def _of_gs1(syntax: Syntax) -> Iterator[str]:
    folder = os.environ.get("GS1_STANDARDS_DIR")
    if folder:
        ending = "*.jsonld" if syntax == "json" else "*.xml"
        for file in sorted((Path(folder) / _GS1_FOLDERS[syntax]).rglob(ending)):
            if file.stat().st_size <= _LARGEST:
                yield file.read_text(encoding="utf-8-sig")
