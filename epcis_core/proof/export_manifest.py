"""The manifest of an export: which files belong to it, and the log's signature under that.

The statement that is signed begins with words that no checkpoint and no proof begins with, so that
a signature of one can never pass for that of another.

References:
    C2SP signed-note; docs/export.md
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from epcis_core.errors import IntegrityError
from epcis_core.proof.checks import Checkpoint, Key, read_checkpoint, read_key, read_note, signers
from epcis_core.proof.keys import Signer, note

STATEMENT: Final = "epcis-ledger export/v1"
MANIFEST: Final = "manifest.json"
SIGNED: Final = "manifest.note"
CHECKPOINT: Final = "checkpoint.txt"
_LARGEST: Final = 1 << 28  # bytes of the manifest


def write_manifest(folder: Path, members: Mapping[str, Any], signer: Signer) -> None:
    """Write the manifest of all files in a folder, and the log's signature under it.

    Args:
        folder: where the files stand.
        members: what the manifest says beside them.
        signer: the log's key.
    """
    files = {
        path.relative_to(folder).as_posix(): {
            "size": path.stat().st_size,
            "sha256": file_digest(path).hex(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    listed = {"format": STATEMENT, **members, "files": files}
    manifest = (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode()
    body = f"{STATEMENT}\n{signer.name}\n{hashlib.sha256(manifest).hexdigest()}\n"
    (folder / MANIFEST).write_bytes(manifest)
    (folder / SIGNED).write_text(note(body, [signer.sign(body)]), encoding="utf-8")


def read_manifest(folder: Path, keys: list[Key]) -> dict[str, Any]:
    """Read the manifest of an export, once its signature and every file have been checked.

    Args:
        folder: the export.
        keys: the log's, as the reader knows it; the one in the manifest is taken where there is
            none, which shows damage but no forgery.

    Raises:
        IntegrityError: a file is missing, added or changed, or the manifest is not the log's.
        OSError: a file cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise IntegrityError(
            f"{folder} is no export, as there is no {MANIFEST} in it; "
            "`epcis capture` takes documents"
        )
    data = path.read_bytes()
    try:
        manifest: dict[str, Any] = json.loads(data)
        known = keys or [read_key(manifest["key"])]
        signed = (folder / SIGNED).read_text(encoding="utf-8")
        checkpoint = read_checkpoint(read_note((folder / CHECKPOINT).read_text("utf-8"))[0])
        _check_signature(signed, data, checkpoint, known)
        found = (checkpoint.size, checkpoint.root.hex())
        if found != (manifest["entries_of_log"], manifest["root"]):
            raise IntegrityError(f"The manifest of {folder} is about another checkpoint")
        listed: dict[str, dict[str, Any]] = manifest["files"]
        wrong = next(_wrong_files(folder, listed), None)
    except (ValueError, KeyError, TypeError, AttributeError, FileNotFoundError) as error:
        raise IntegrityError(f"The manifest of {folder} cannot be read: {error!r}") from error
    if wrong is not None:
        raise IntegrityError(wrong)
    return manifest


def file_digest(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _check_signature(signed: str, manifest: bytes, about: Checkpoint, keys: list[Key]) -> None:
    """Check that the log has signed the manifest.

    Raises:
        IntegrityError: it has not.
        ValueError: there is no signature that could be read.
    """
    expected = f"{STATEMENT}\n{about.origin}\n{hashlib.sha256(manifest).hexdigest()}\n"
    names = {key.name for key, _ in signers(signed, keys)}
    if read_note(signed)[0] != expected or about.origin not in names:
        raise IntegrityError("The manifest was changed, or is not signed by the log")


def _wrong_files(folder: Path, listed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the files of an export, as sentences."""
    there = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    } - {MANIFEST, SIGNED}
    yield from (f"The file {name} of the export is missing" for name in listed.keys() - there)
    yield from (f"The file {name} was added to the export" for name in there - listed.keys())
    for name in sorted(there & listed.keys()):
        if file_digest(folder / name).hex() != listed[name]["sha256"]:
            yield f"The file {name} of the export was changed"
