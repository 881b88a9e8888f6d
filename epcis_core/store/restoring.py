"""A backup checked against its manifest, and made into a ledger again."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from epcis_core.errors import IntegrityError, StoreError
from epcis_core.findings import Finding, finding
from epcis_core.proof.checks import Checkpoint, read_checkpoint, read_note, signers
from epcis_core.store.backup import (
    DIGEST,
    FORMAT,
    LEDGER,
    MANIFEST,
    digest_of,
    put_on_disk,
)
from epcis_core.store.beside import JOBS, SERVICE, check_free, unfinished_name
from epcis_core.store.fsck.checkpoints import saved_beside
from epcis_core.store.ledger import file_as_it_is
from epcis_core.store.tree import Tree

_WITH_A_TREE: Final = 4
"""The format of a file from which on it can tell its root."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup, as its manifest tells of it.

    Attributes:
        folder: where it is.
        entries: how many its log has.
        note: the checkpoint that was signed of it.
        parts: size and SHA-256 of each file, by its name in the folder.
    """

    folder: Path
    entries: int
    note: str
    parts: dict[str, tuple[int, str]]

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says."""
        return read_checkpoint(read_note(self.note)[0])


def is_backup(folder: Path) -> bool:
    """Tell whether a path is the folder of a backup, whole or not."""
    return folder.is_dir() and any((folder / one).exists() for one in (MANIFEST, DIGEST, LEDGER))


def read_backup(folder: Path) -> Backup:
    """Read the manifest of a backup.

    Raises:
        IntegrityError: there is none, or it was changed.
        StoreError: a newer release wrote it.
    """
    try:
        text = (folder / MANIFEST).read_bytes()
        given = (folder / DIGEST).read_text(encoding="utf-8")
        if given != f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n":
            raise IntegrityError(f"{folder / MANIFEST} does not have the digest of {DIGEST}")
        told: dict[str, Any] = json.loads(text)
        if told["format"] != FORMAT:
            raise StoreError(f"{folder} is a backup of a newer release")
        parts = {one["name"]: (one["size"], one["sha256"]) for one in told["parts"]}
        backup = Backup(folder, told["entries"], told["checkpoint"], parts)
        is_right = backup.checkpoint.size == backup.entries and all(map(_is_name, parts))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise IntegrityError(f"{folder} is no backup, or not whole: {error}") from error
    if not is_right or LEDGER not in parts:
        raise IntegrityError(f"{folder} is no backup of a ledger")
    return backup


def differences_in_backup(backup: Backup) -> Iterator[Finding]:
    """Yield which files of a backup are not those that it was made of."""
    for name, (size, digest) in backup.parts.items():
        path = backup.folder / name
        try:
            actual = path.stat().st_size
            if actual != size:
                reason = f"{actual} bytes, {size} expected"
            elif (found := digest_of(path)) != digest:
                reason = f"SHA-256 {found}, {digest} expected"
            else:
                continue
        except OSError as error:
            reason = error.strerror or str(error)
        yield finding("backup_differs", file=name, reason=reason)


def restore(backup: Backup, path: Path) -> None:
    """Make a ledger of a backup: the same log, key, subscriptions, named queries, waiting captures.

    Args:
        backup: it is read once, and each file compared with the manifest as it is copied.
        path: the ledger file to make; nothing of that name may stand there, nor beside it.

    Raises:
        IntegrityError: a file of the backup is not what it was made of, or the ledger in it does
            not lead to the checkpoint of the manifest.
        StoreError: there is something already, or the disk refuses.
    """
    check_free(path, "a restore")
    with _brought(backup, path) as brought:
        _compare(backup, brought)
        try:
            for ending in (SERVICE, JOBS, ""):  # where the ledger is, all is
                (brought / f"{LEDGER}{ending}").rename(path.with_name(f"{path.name}{ending}"))
            put_on_disk(path.parent)
        except OSError as error:
            raise StoreError(f"{path} cannot be made: {error.strerror or error}") from error


@contextmanager
def _brought(backup: Backup, path: Path) -> Iterator[Path]:
    """Give a copy of a backup's files beside the place where they are to stand.

    Raises:
        IntegrityError: a file is not what the manifest says.
        StoreError: the disk refuses.
    """
    folder = unfinished_name(path)
    try:
        folder.mkdir(mode=0o700)
        (folder / f"{LEDGER}{JOBS}").mkdir(mode=0o700)
        for name, (_, digest) in backup.parts.items():
            target = folder / name
            shutil.copyfile(backup.folder / name, target)
            target.chmod(0o600 if name.endswith(SERVICE) else 0o644)
            if digest_of(target) != digest:
                raise IntegrityError(f"{backup.folder / name} is not what the backup was made of")
            put_on_disk(target)
        put_on_disk(folder / f"{LEDGER}{JOBS}")
        yield folder
    except OSError as error:
        raise StoreError(f"{path} cannot be made: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compare(backup: Backup, folder: Path) -> None:
    """Compare the ledger of a backup with the checkpoint in the manifest.

    Raises:
        IntegrityError: it does not lead there, or its own key has not signed it.
    """
    checkpoint = backup.checkpoint
    with file_as_it_is(folder / LEDGER, oldest=_WITH_A_TREE) as cursor:
        tree = Tree(cursor)
        if tree.size != checkpoint.size or tree.root(tree.size) != checkpoint.root:
            raise IntegrityError(
                f"The ledger in {backup.folder} does not lead to the checkpoint of its manifest"
            )
    signer = saved_beside(folder / f"{LEDGER}{SERVICE}").signer
    try:
        is_signed = signer is not None and bool(signers(backup.note, [signer.key]))
    except ValueError:
        is_signed = False
    if not is_signed:
        raise IntegrityError(
            f"The checkpoint in {backup.folder} is not signed with the key in the backup"
        )


def _is_name(name: str) -> bool:
    """Tell whether a part stands where parts do."""
    path = PurePosixPath(name)
    is_job = path.parent.name == f"{LEDGER}{JOBS}" and len(path.parts) == len(("folder", "file"))
    return name in {LEDGER, f"{LEDGER}{SERVICE}"} or (is_job and path.name not in {"", "..", "."})
