"""What a party is told in answer to questions, but for the time and the place in the log."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import httpx
from python_calamine import CalamineWorkbook

from api.web.own_lists import XLSX
from api.web.texts import LANGUAGES, Texts
from tests.api.stamps.reading import words
from tests.visibility.ledgers import Site
from tests.visibility.parties import Party
from tests.visibility.questions import Question

_SAYS: Final = ("content-type", "location", "vary", "content-disposition", "cache-control")
_NEXT: Final = re.compile(r'<([^>]*)>; rel="next"')
_TIME: Final = re.compile(r"(20\d\d)-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
_MINUTE: Final = re.compile(r"(?:\d{1,2}/\d{1,2}/|\d{1,2} \w+ )(20\d\d),? \d\d:\d\d")
_LATE: Final = re.compile(r"\b1(?:7[7-9]|8\d)\d{13}\b")
"""Microseconds since 1970 UTC, from 2026 on."""

_DRAWN: Final = re.compile(
    r"(?!0{8}-)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<=\bkey )[0-9a-f]{12}\b"
)
"""What is drawn by chance: captures, and the keys that whoever asks has shown."""

_PAPER: Final = re.compile(r'<section class="checkpoint".*?</section>', re.DOTALL)
"""The checkpoint on a page, to be printed: the size of the log is public."""

_ON_PAPER: Final = re.compile("|".join(Texts(one)("notice.checkpoint") for one in LANGUAGES))
"""What stands above the checkpoint on paper, which ends it."""

_OF_LOG: Final = frozenset({"sequence", "leaf", "salt", "path", "proof", "checkpoint"})
"""Members of a proof that tell of the place in the log, which is public, or are drawn by chance."""

_MOST_PAGES: Final = 12
"""So many pages are followed."""


def answers(site: Site, party: Party, asked: Sequence[Question]) -> dict[str, list[str]]:
    """Ask as a party, and return all that it is told, page by page, without times and places."""
    with site.client(party) as client:
        keep_query(client, "ObjectEvent", "TransformationEvent")
        return {f"{n} {one}": [*_told(client, one)] for n, one in enumerate(asked)}


def keep_query(client: httpx.Client, *types: str) -> None:
    """Have a query of one's own, which is called as everybody calls theirs."""
    client.post("/epcis/queries", json={"name": "all", "query": {"eventType": types}})


def _told(client: httpx.Client, asked: Question) -> Iterator[str]:
    path = asked.path
    for _ in range(_MOST_PAGES):
        headers = {"Accept": asked.accept, "Accept-Language": "en"}
        if asked.sent is None:
            answer = client.get(path, headers=headers)
        else:
            headers["Content-Type"] = "application/json"
            answer = client.post(path, headers=headers, content=asked.sent)
        assert answer.status_code < 500, f"{path}: {answer.text}"
        yield _plain(answer)
        following = _NEXT.search(answer.headers.get("link", "")) if asked.is_paged else None
        if following is None:
            return
        path = following[1]


def _plain(answer: httpx.Response) -> str:
    """Everything that an answer tells, apart from when it was given."""
    said = [f"{name}: {answer.headers[name]}" for name in _SAYS if name in answer.headers]
    said.append(f"more: {_NEXT.search(answer.headers.get('link', '')) is not None}")
    kind = answer.headers.get("content-type", "")
    if kind == "application/zip":
        body = _bundle(answer.content)
    elif kind == "application/pdf":  # the size of the log stands in its checkpoint, and is public
        body = _ON_PAPER.split(words(answer.content))[0]
    elif kind == XLSX:
        body = _cells(answer.content)
    elif answer.request.url.path.startswith("/proof/") and answer.is_success:
        body = json.dumps(_without_place(answer.json()), indent=1, ensure_ascii=False)
    else:
        body = _PAPER.sub("", answer.text)
    text = "\n".join([str(answer.status_code), *said, body])
    text = _LATE.sub("NOW", _DRAWN.sub("DRAWN", text))
    return _MINUTE.sub(_unless_told, _TIME.sub(_unless_told, text))


def _unless_told(found: re.Match[str]) -> str:
    """Leave out the time of the request: all that stories tell of was in one year."""
    return found[0] if found[1] == "2025" else "NOW"


def _without_place(value: Any) -> Any:
    """Leave out of a proof what tells where in the log something stands."""
    if isinstance(value, Mapping):
        return {
            name: _without_place(json.loads(one) if name == "metadata" else one)
            for name, one in value.items()
            if name not in _OF_LOG
        }
    return [_without_place(one) for one in value] if isinstance(value, list) else value


def _cells(content: bytes) -> str:
    """What stands in a workbook, sheet by sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return "\n".join(
        str(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()
    )


def _bundle(content: bytes) -> str:
    """What is in a proof: its records and what they say."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        told = [manifest["subject"], str(manifest["truncated"])]
        for record in manifest["records"]:
            folder = f"records/{record['sequence']}"
            metadata = json.loads(archive.read(f"{folder}/metadata.json"))
            told.append(json.dumps(_without_place(metadata)))
            told.append(str([record["kind"], record["event_id"], record["declares"]]))
            told.append(archive.read(f"{folder}/reading.json").decode())
            told.append(archive.read(f"{folder}/content.json").decode())
        own = {name for name in archive.namelist() if not name.startswith("records/")}
    return "\n".join([*told, *sorted(own)])
