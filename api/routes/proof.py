"""What the log can prove, over HTTP: checkpoints, proofs of one event, proofs of a whole trace."""

import base64
import tempfile
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import PlainTextResponse, Response

from api.access.asker import view_of
from api.clock import now
from api.errors import Refusal
from api.negotiation import weights
from api.proof_report import report_files
from api.spooled import spooled
from api.web.answers import as_json
from api.wire.paths import value_of
from epcis_core.proof.bundle import ProvenRecord, write_bundle
from epcis_core.proof.keys import key_text, proof_text
from epcis_core.query.values import event_key
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger
from epcis_core.store.proofs import prove_events, prove_trace
from epcis_core.store.tree import Tree

router = APIRouter(tags=["proof"])

TEXT: Final = "text/plain"
ZIP: Final = "application/zip"
_IN_MEMORY: Final = 2**20  # bytes of a proof; more go to disk
_CHUNK: Final = 2**16


@router.get("/checkpoint", summary="A signed checkpoint of the log", response_class=Response)
def get_checkpoint(request: Request) -> Response:
    """Answer with the size and the root of the log as a signed note, with its cosignatures."""
    signed = sign_checkpoint(_ledger(request), _books(request), now())
    return PlainTextResponse(signed.note)


@router.get("/checkpoint/key", summary="The key of the log", response_class=Response)
def get_key(request: Request) -> Response:
    """Answer with the key that checkpoints are verified with, as the C2SP writes it."""
    return PlainTextResponse(f"{key_text(log_signer(_books(request)).key)}\n")


@router.get("/checkpoint/consistency", summary="The proof that the log has only grown")
def get_consistency(
    request: Request,
    first: Annotated[int, Query(alias="from", ge=0, description="entries of a checkpoint")],
    second: Annotated[
        int | None, Query(alias="to", ge=0, description="entries of a later one; else the latest")
    ] = None,
) -> Response:
    """Answer with the hashes that lead from one checkpoint to a later one (RFC 9162, 2.1.4)."""
    signed = sign_checkpoint(_ledger(request), _books(request), now())
    last = signed.size if second is None else second
    if not first <= last <= signed.size:
        raise HTTPException(
            400,
            f"Expected `from` and `to` in order and at most {signed.size}, got {first} and {last}.",
        )
    with _ledger(request).reading() as cursor:
        path = Tree(cursor).consistency(first, last)
    return as_json(
        {
            "from": first,
            "to": last,
            "path": [base64.b64encode(one).decode() for one in path],
            "checkpoint": signed.note,
        }
    )


@router.get("/proof.zip", summary="The proof of all that a trace rests on", response_class=Response)
def get_bundle(
    request: Request,
    id: Annotated[str, Query(min_length=1)],  # noqa: A002 - the contract's name
    *,
    since: Annotated[
        list[int] | None,
        Query(alias="from", description="entries of a checkpoint that one has; may be repeated"),
    ] = None,
    max_objects: Annotated[int, Query(ge=1)] = 10_000,
) -> Response:
    """Answer with a zip that is verified without the ledger: records, proofs, and a report."""
    ledger, books = _ledger(request), _books(request)
    try:
        trace, proof = prove_trace(
            ledger,
            books,
            view_of(request),
            id,
            now=now(),
            since=since or (),
            max_objects=max_objects,
        )
    except ValueError as error:
        raise HTTPException(400, f"{error}.") from error
    if not proof.records:
        raise Refusal(404, "NoSuchResourceException", f"The ledger knows nothing of {id!r}.")
    name = "".join(one if one.isalnum() and one.isascii() else "-" for one in trace.subject)
    headers = {"Content-Disposition": f'attachment; filename="proof-{name[-60:].strip("-")}.zip"'}
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        write_bundle(file, proof, log_signer(books), report_files(proof))
        file.seek(0)
        return spooled(iter(partial(file.read, _CHUNK), b""), ZIP, headers)


@router.get("/proof/{event_id}", summary="The proof of one event", response_class=Response)
def get_proof(
    request: Request,
    event_id: str,
    sequence: Annotated[
        int | None, Query(description="which record, as text; else the event itself")
    ] = None,
) -> Response:
    """Answer with what the leaves of an event's records are made of, and their proofs.

    With `Accept: text/plain` with one proof of inclusion in the text form of the C2SP.
    """
    signed = sign_checkpoint(_ledger(request), _books(request), now())
    key = event_key(value_of(event_id))
    records = prove_events(_ledger(request), view_of(request), [key], signed.size)
    if sequence is not None:
        records = [one for one in records if one.metadata.sequence == sequence]
    if not records:
        raise Refusal(404, "NoSuchResourceException", f"The ledger holds no event {key!r}.")
    asked = weights(request.headers.get("accept", ""))
    if asked.get(TEXT, 0.0) > asked.get("application/json", 0.0):
        one = min(records, key=lambda record: (record.declares, record.metadata.sequence))
        text = proof_text(one.metadata.sequence, one.path, signed.note)
        return PlainTextResponse(text, headers={"Vary": "Accept"})
    return as_json(
        {
            "event_id": key,
            "checkpoint": signed.note,
            "records": [_record(one, signed.note) for one in records],
        }
    )


def _record(record: ProvenRecord, note: str) -> dict[str, Any]:
    """Return what a leaf is made of, and its proof."""
    known = record.content is not None
    return {
        "sequence": record.metadata.sequence,
        "kind": record.metadata.kind,
        "declares": record.declares,
        "leaf": record.leaf.hex(),
        "salt": record.salt.hex() if known else None,
        "reading": record.reading.decode() if known else None,
        "content": record.content.decode() if record.content is not None else None,
        "metadata": record.metadata.as_bytes().decode(),
        "path": [base64.b64encode(one).decode() for one in record.path],
        "proof": proof_text(record.metadata.sequence, record.path, note),
    }


def _ledger(request: Request) -> Ledger:
    found: Ledger = request.app.state.ledger
    return found


def _books(request: Request) -> Bookkeeping:
    found: Bookkeeping = request.app.state.books
    return found
