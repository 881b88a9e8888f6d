"""What a proof shows: every part of it checked, and the verdict in plain words.

With `epcis_core/proof/checks.py` it is the `verify.py` of every proof; see there. Nothing that a
proof says of itself counts: leaves are worked out from what was received, followed to the root of
the checkpoint, and the checkpoint's signature checked. The manifest is signed too, so that a record
that is missing or was added shows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from epcis_core.proof.checks import (
    COSIGNATURE,
    ED25519,
    SALT_SIZE,
    Checkpoint,
    Key,
    as_typed,
    is_consistent,
    is_included,
    leaf_of,
    read_checkpoint,
    read_key,
    read_note,
    read_proof,
    signers,
)
from epcis_core.proof.words import WORDS

STATEMENT = "epcis-ledger proof/v1"
MANIFEST, SIGNED, CHECKPOINT = "manifest.json", "manifest.note", "checkpoint.txt"
_UNREADABLE = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError),
    *(ArithmeticError, MemoryError, zipfile.BadZipFile, zlib.error),
)
LANGUAGES = ("vi", "en")
_LARGEST = 2**30  # bytes of all files
_LARGEST_MANIFEST = 2**26  # bytes
_LONGEST = 300  # characters of a value in a sentence
_LAST = 2**53 - 1  # microseconds since 1970: in the year 2255
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others the length is not bounded
_HERE = 7 * 3600  # seconds that Viet Nam is ahead of UTC
_MONTHS = "January February March April May June July August September October November December"


@dataclass
class Verdict:
    """What a proof shows.

    Attributes:
        subject: what it is about.
        made: when the checkpoint was made, microseconds since 1970 UTC.
        unchanged: sequences of records that are as they were then.
        corrected: those of them about which an error was declared.
        erased: sequences of records that the log has, and whose text is no longer there.
        broken: sequences of records that are not those of the log, with a code.
        wrong: what else is not right: code, values.
        told: what a reader should know: code, values.
    """

    subject: str = ""
    made: int = 0
    unchanged: list[int] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)
    wrong: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def is_proven(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken and not self.wrong and bool(self.unchanged or self.erased)

    def sentences(self, language: str) -> list[str]:
        """Return the verdict as sentences, `vi` or `en`; the first one is the verdict itself."""

        def say(code: str, **values: Any) -> str:
            return worded(code, language, values)

        since = when(self.made, language)
        if self.is_proven:
            found = [say("proven")]
            for code in ("unchanged", "corrected", "erased"):
                count = len(getattr(self, code))
                found += [say(code, count=count, when=since)] if count else []
        else:
            found = [say("not_proven")]
            if self.broken:
                total = len(self.unchanged) + len(self.erased) + len(self.broken)
                found.append(say("broken", count=len(self.broken), total=total))
            found += [say(code, sequence=sequence) for sequence, code in self.broken]
            found += [say(code, **values) for code, values in self.wrong]
        for code, values in self.told:
            at = {"when": when(values["at"], language)} if "at" in values else {}
            found.append(say(code, **values, **at))
        return [*found, say("meaning")]


def worded(code: str, language: str, values: dict[str, Any]) -> str:
    """Return the sentence of a code, with values as `printable` shows them."""
    words = WORDS[code][language]
    if isinstance(words, list):
        words = words[values["count"] != 1]
    return str(words).format(**{name: printable(str(value)) for name, value in values.items()})


def printable(text: str) -> str:
    """Return a text as one line that steers no terminal: others as their numbers, cut if long."""
    cut = text[:_LONGEST] + "…" * (len(text) > _LONGEST)
    return "".join(one if one.isprintable() else f"\\u{{{ord(one):x}}}" for one in cut)


def when(microseconds: int, language: str) -> str:
    """Return a time as the clock in Viet Nam shows it."""
    at = time.gmtime(microseconds // 1_000_000 + _HERE)
    clock = f"{at.tm_hour:02d}:{at.tm_min:02d}"
    if language == "vi":
        return f"{clock} ngày {at.tm_mday}/{at.tm_mon}/{at.tm_year} (UTC+7)"
    return f"{clock} on {at.tm_mday} {_MONTHS.split()[at.tm_mon - 1]} {at.tm_year} (UTC+7)"


def verdict_of(
    path: Path, keys: list[Key] | None = None, outside: list[str] | None = None
) -> Verdict:
    """Check a proof.

    Args:
        path: the zip.
        keys: the log's, and those of witnesses, as the reader knows them; without one of the log
            the one in the proof is taken, and the verdict says so.
        outside: checkpoints that the reader has from elsewhere, as signed notes; typed ones too.
    """
    verdict = Verdict()
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, files = _files(archive, verdict)
        _check(manifest, files, keys or [], outside or [], verdict)
    except _UNREADABLE as error:
        verdict.wrong.append(("unreadable", {"why": f"{type(error).__name__}: {error}"}))
    return verdict


def _files(archive: zipfile.ZipFile, verdict: Verdict) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read the manifest, and the files that it lists; nothing else is unpacked."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.filename in members:
            verdict.wrong.append(("twice", {"file": info.filename}))
        members[info.filename] = info
    if members[MANIFEST].file_size > _LARGEST_MANIFEST:
        raise ValueError(f"{MANIFEST} is too large")
    text = _unpacked_file(archive, members[MANIFEST])
    manifest: dict[str, Any] = json.loads(text)
    listed = {*manifest["files"], SIGNED}
    for name in sorted(members.keys() - listed - {MANIFEST}):
        verdict.wrong.append(("added_file", {"file": name}))
    wanted = [info for name, info in members.items() if name in listed]
    if sum(info.file_size for info in wanted) > _LARGEST:
        raise ValueError(f"its files have more than {_LARGEST} bytes")
    files = {info.filename: _unpacked_file(archive, info) for info in wanted}
    return manifest, {**files, MANIFEST: text}


def _unpacked_file(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return what a file holds, and no more than its size says."""
    if info.compress_type not in _PACKED:
        raise ValueError(f"{info.filename} is packed in an unknown way")
    with archive.open(info) as file:
        return file.read(info.file_size)


def _check(
    manifest: dict[str, Any],
    files: dict[str, bytes],
    keys: list[Key],
    outside: list[str],
    verdict: Verdict,
) -> None:
    verdict.subject = str(manifest["subject"])
    verdict.made = _whole(manifest["checkpoint"]["made"], _LAST)
    known = [key for key in keys if key.algorithm == ED25519]
    if not known:
        known = [read_key(manifest["log"]["key"])]
        verdict.told.append(("own_key", {"key": manifest["log"]["key"]}))
    if manifest["truncated"]:
        verdict.told.append(("truncated", {}))
    witnesses = [key for key in keys if key.algorithm == COSIGNATURE]
    note = files[CHECKPOINT].decode()
    checkpoint = read_checkpoint(read_note(note)[0])
    if not _is_signed(note, known, checkpoint.origin):
        verdict.wrong.append(("checkpoint_not_signed", {}))
    for key, at in _signed(note, witnesses):
        confirmed = min((at or 0) * 1_000_000, _LAST)
        verdict.told.append(("witness", {"name": key.name, "at": confirmed}))
    _check_manifest(files, manifest, known, checkpoint, verdict)
    for record in manifest["records"]:
        _check_record(files, record, checkpoint, note, verdict)
    declared = {one["event_id"] for one in manifest["records"] if one["declares"]}
    verdict.corrected = [
        one["sequence"]
        for one in manifest["records"]
        if one["event_id"] in declared
        and not one["declares"]
        and one["kind"] == "event"
        and one["sequence"] in verdict.unchanged
    ]
    for other in outside:
        _compare(other, manifest["consistency"], known, checkpoint, verdict)


def _check_manifest(
    files: dict[str, bytes],
    manifest: dict[str, Any],
    known: list[Key],
    checkpoint: Checkpoint,
    verdict: Verdict,
) -> None:
    """Check that the manifest is the log's, and the files those that it lists."""
    origin, size, root = checkpoint
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    signed = files.get(SIGNED, b"").decode()
    body = f"{STATEMENT}\n{origin}\n{digest}\n"
    if not signed.startswith(f"{body}\n") or not _is_signed(signed, known, origin):
        verdict.wrong.append(("manifest_not_signed", {}))
    said = manifest["checkpoint"]
    if (manifest["log"]["origin"], said["size"], said["root"]) != (origin, size, root.hex()):
        verdict.wrong.append(("other_checkpoint", {}))
    listed = manifest["files"]
    for name in sorted(listed.keys() - files.keys()):
        verdict.wrong.append(("no_file", {"file": name}))
    for name in sorted(files.keys() & listed.keys()):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]:
            verdict.wrong.append(("other_file", {"file": name}))


def _check_record(
    files: dict[str, bytes],
    record: dict[str, Any],
    checkpoint: Checkpoint,
    note: str,
    verdict: Verdict,
) -> None:
    """Check a record, and put it where it belongs in the verdict."""
    sequence = _whole(record["sequence"], _LAST)
    name = f"records/{sequence}/"
    try:
        leaf = bytes.fromhex(record["leaf"])
        if record["content"] is not None:
            salt, reading, metadata = (
                files[name + one] for one in ("salt", "reading.json", "metadata.json")
            )
            if not _is_about(json.loads(metadata), record) or len(salt) != SALT_SIZE:
                raise ValueError(sequence)  # noqa: TRY301 - told like all others
            if leaf_of(salt, reading, files[record["content"]], metadata) != leaf:
                raise ValueError(sequence)  # noqa: TRY301 - likewise
    except (KeyError, ValueError):
        verdict.broken.append((sequence, "record_changed"))
        return
    try:
        index, path, its_note = read_proof(files[f"{name}proof.tlog-proof"].decode())
        included = is_included(leaf, index, checkpoint.size, path, checkpoint.root)
    except (KeyError, ValueError):
        index, its_note, included = -1, "", False
    if not included or index != sequence or its_note != note:
        verdict.broken.append((sequence, "path_broken"))
    elif record["content"] is None:
        verdict.erased.append(sequence)
    else:
        verdict.unchanged.append(sequence)


def _whole(number: Any, most: int) -> int:
    """Return a number that a manifest says; ValueError where it is another thing."""
    if type(number) is not int or not 0 <= number <= most:
        raise ValueError(f"Expected a number from 0 to {most}, got {number!r}")
    return number


def _is_about(metadata: dict[str, Any], record: dict[str, Any]) -> bool:
    """Tell whether the metadata of a leaf are those of a record."""
    return (metadata["sequence"], metadata["kind"], metadata["subject"]) == (
        record["sequence"],
        record["kind"],
        record["event_id"],
    )


def _compare(
    note: str,
    ways: list[dict[str, Any]],
    known: list[Key],
    checkpoint: Checkpoint,
    verdict: Verdict,
) -> None:
    """Compare the checkpoint of a proof with one that the reader has from elsewhere."""
    note = as_typed(note)
    other = read_checkpoint(read_note(note)[0])
    values = {"size": other.size, "own": checkpoint.size}
    paths = {one["size"]: [bytes.fromhex(step) for step in one["path"]] for one in ways}
    paths[checkpoint.size] = []
    if not _is_signed(note, known, checkpoint.origin):
        verdict.wrong.append(("outside_not_signed", values))
    elif other.size not in paths:
        newer = other.size > checkpoint.size
        verdict.wrong.append(("outside_newer" if newer else "outside_no_way", values))
    elif is_consistent(other.size, checkpoint.size, paths[other.size], other.root, checkpoint.root):
        verdict.told.append(("outside_agrees", values))
    else:
        verdict.wrong.append(("outside_differs", values))


def _signed(note: str, keys: list[Key]) -> list[tuple[Key, int | None]]:
    try:
        return signers(note, keys)
    except ValueError:
        return []


def _is_signed(note: str, keys: list[Key], origin: str) -> bool:
    return any(key.name == origin for key, _ in _signed(note, keys))


def main(arguments: list[str] | None = None) -> int:
    """Check the proof that the command line names, and say what it shows."""
    about = "Verify a proof of epcis-ledger. No connection is opened."
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("proof", type=Path, help="the zip")
    parser.add_argument("--key", action="append", default=[], help="the log's, or a witness's")
    parser.add_argument(
        "--checkpoint", action="append", default=[], type=Path, help="file, from elsewhere"
    )
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    given = parser.parse_args(arguments)
    try:
        keys = [read_key(text) for text in given.key]
        outside = [
            path.read_text(encoding="utf-8", errors="backslashreplace") for path in given.checkpoint
        ]
        given.proof.stat()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    verdict = verdict_of(given.proof, keys, outside)
    for language in given.language or LANGUAGES:
        text = os.linesep.join(["", *verdict.sentences(language), ""])
        sys.stdout.buffer.write(text.encode())
    return 0 if verdict.is_proven else 1


if __name__ == "__main__":
    raise SystemExit(main())
