"""A proof as a file: a zip that stands for itself, and is verified without the ledger.

What is in it, and how it is checked by hand, stands in `docs/proofs.md`; what reads it is
`epcis_core/proof/verdict.py`. Nothing in it is compressed, so that a page can read it and a person
can look into it.
"""

import hashlib
import json
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from epcis_core.proof.checks import Checkpoint
from epcis_core.proof.keys import Signer, key_text, note, proof_text
from epcis_core.proof.leaf import Digest, EntryMetadata
from epcis_core.proof.standalone import verifier, verifying_page
from epcis_core.proof.verdict import CHECKPOINT, MANIFEST, SIGNED, STATEMENT

_SECOND: Final = 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class ProvenRecord:
    """One entry of the log with what proves it.

    Attributes:
        metadata: what the ledger said of it.
        salt: its own.
        leaf: as the log has it.
        syntax: of its content, `json` or `xml`.
        reading: what the content needs to be read, as the leaf commits to it.
        content: the bytes as received; None where they were erased.
        declares: it is an error declaration, or a receipt for one.
        path: proof of the leaf in the tree of the checkpoint.
    """

    metadata: EntryMetadata
    salt: bytes
    leaf: Digest
    syntax: str
    reading: bytes
    content: bytes | None
    declares: bool
    path: Sequence[Digest]

    @property
    def folder(self) -> str:
        """Where its files stand."""
        return f"records/{self.metadata.sequence}/"

    @property
    def content_file(self) -> str | None:
        """Where its content stands."""
        return None if self.content is None else f"{self.folder}content.{self.syntax}"

    def files(self, checkpoint: str) -> dict[str, bytes]:
        """Return its files by name."""
        proof = proof_text(self.metadata.sequence, self.path, checkpoint)
        found = {f"{self.folder}proof.tlog-proof": proof.encode()}
        if self.content is None or self.content_file is None:
            return found  # a salt without its text would let a guess be tested
        return {
            self.content_file: self.content,
            f"{self.folder}salt": self.salt,
            f"{self.folder}reading.json": self.reading,
            f"{self.folder}metadata.json": self.metadata.as_bytes(),
            **found,
        }

    def as_member(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {
            "sequence": self.metadata.sequence,
            "kind": self.metadata.kind,
            "event_id": self.metadata.subject,
            "declares": self.declares,
            "leaf": self.leaf.hex(),
            "content": self.content_file,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What a bundle proves, and against what.

    Attributes:
        subject: the object it is about.
        is_truncated: the trace of the object is not whole.
        checkpoint: what the records lead to.
        note: it as a signed note.
        made: when it was made, microseconds since 1970 UTC.
        records: in order of sequence.
        consistency: by the size of an earlier checkpoint, the proof from it to this one.
    """

    subject: str
    is_truncated: bool
    checkpoint: Checkpoint
    note: str
    made: int
    records: Sequence[ProvenRecord]
    consistency: Mapping[int, Sequence[Digest]]


def write_bundle(
    file: IO[bytes], proof: Proof, signer: Signer, further: Iterable[tuple[str, bytes]]
) -> None:
    """Write a proof as a zip.

    Args:
        file: where to.
        proof: what is in it.
        signer: the log's key, which signs the manifest.
        further: names and contents of files for people.
    """
    at = time.gmtime(proof.made // _SECOND)[:6]
    digests: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, content: bytes) -> None:
            digests[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(zipfile.ZipInfo(name, at), content)

        for name, content in (
            *further,
            ("verify.html", verifying_page().encode()),
            ("verify.py", verifier().encode()),
            (CHECKPOINT, proof.note.encode()),
        ):
            add(name, content)
        for record in proof.records:
            for name, content in record.files(proof.note).items():
                add(name, content)
        text = json.dumps(_manifest(proof, signer, dict(digests)), ensure_ascii=False, indent=1)
        manifest = text.encode()
        body = f"{STATEMENT}\n{signer.name}\n{hashlib.sha256(manifest).hexdigest()}\n"
        add(MANIFEST, manifest)
        add(SIGNED, note(body, [signer.sign(body)]).encode())


def _manifest(proof: Proof, signer: Signer, files: dict[str, str]) -> dict[str, Any]:
    return {
        "format": STATEMENT,
        "subject": proof.subject,
        "truncated": proof.is_truncated,
        "log": {"origin": signer.name, "key": key_text(signer.key)},
        "checkpoint": {
            "size": proof.checkpoint.size,
            "root": proof.checkpoint.root.hex(),
            "made": proof.made,
        },
        "records": [record.as_member() for record in proof.records],
        "consistency": [
            {"size": size, "path": [step.hex() for step in path]}
            for size, path in proof.consistency.items()
        ],
        "files": files,
    }
