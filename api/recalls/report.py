"""The report of a recall or an exercise: each step with the time it took, as page and PDF."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.clock import now
from api.notices.typeset import Block, Column, Document, Part, typeset
from api.recalls.board import recall_named
from api.recalls.progress import Progress, lasted, progress
from api.recalls.rows import clock_of
from api.web.answers import namer_for, page
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.store.registry.recall_parties import RecallParty, parties_of
from epcis_core.store.registry.recalls import OpenedRecall

router = APIRouter(include_in_schema=False)


@router.get("/recalls/{number}/report")
def show_report(request: Request, number: str) -> Response:
    """Show the report of a recall or an exercise."""
    one = recall_named(request, number)
    parties = parties_of(request.app.state.books, one.number)
    namer = namer_for(request)
    return page(
        request,
        "recall_report.html",
        recall=one,
        rows=times_of(one, parties, namer.texts),
        facts=facts_of(one, progress(one, parties, now()), len(parties), namer.texts),
        n=namer,
    )


@router.get("/recalls/{number}/report.pdf")
def print_report(request: Request, number: str) -> Response:
    """Answer with the report as a PDF; an exercise says so across each page."""
    one = recall_named(request, number)
    parties = parties_of(request.app.state.books, one.number)
    namer = namer_for(request)
    headers = {
        "Content-Disposition": f'attachment; filename="recall-{one.number}.pdf"',
        "Cache-Control": "no-store",
    }
    pdf = typeset(_document(one, parties, namer))
    return Response(pdf, media_type="application/pdf", headers=headers)


def times_of(
    recall: OpenedRecall, parties: Sequence[RecallParty], texts: Texts
) -> list[tuple[str, str, str]]:
    """Return each step of a recall: what, when, and how long after the recall was opened.

    What has not been reached has neither.
    """
    told = [one.notified for one in parties]
    answered = [one.confirmed for one in parties]
    steps = {
        "first_told": _first(told),
        "all_told": _last(told),
        "first_answer": _first(answered),
        "all_answered": _last(answered),
        "closed": recall.closed,
    }
    rows = [(texts("report.opened"), clock_of(recall.opened, texts), "")]
    rows += [
        (
            texts(f"report.{step}"),
            "" if time is None else clock_of(time, texts),
            "" if time is None else lasted(time - recall.opened, texts),
        )
        for step, time in steps.items()
    ]
    return rows


def facts_of(
    recall: OpenedRecall, found: Progress, parties: int, texts: Texts
) -> list[tuple[str, str]]:
    """Return what the records showed when a recall was opened, and how far it is, in words."""
    return list(_facts(recall, found, parties, texts))


def _facts(
    recall: OpenedRecall, found: Progress, parties: int, t: Texts
) -> Iterator[tuple[str, str]]:
    its = recall.tracing
    for way in ("upstream", "downstream"):
        took = t("lasted.seconds", seconds=t.number(its[f"{way}_seconds"]))
        yield t(f"report.{way}"), f"{t.count('report.things', its[way])}, {took}"
    took = t("lasted.seconds", seconds=t.number(its["balance_seconds"]))
    share = its["share"]
    known = t("report.share_unknown")
    if share is not None:
        known = t("report.share", share=t.amount(share, None))
    yield t("report.balance"), f"{known}, {took}"
    for key, number, whole in (
        ("coverage", its["confirmed"], its["handovers"]),
        ("told", found.told, parties),
        ("reached", found.answered, parties),
    ):
        yield t(f"report.{key}"), t("recall.share", cases=t.number(number), all=t.number(whole))
    for one in found.amounts:
        if one.expected or one.returned:
            unit = t.unit(one.uom) if one.uom else t("board.items")
            back = t("recall.share", cases=t.number(one.returned), all=t.number(one.expected))
            yield t("report.returned"), f"{back} {unit}"


def _document(one: OpenedRecall, parties: Sequence[RecallParty], namer: Namer) -> Document:
    t = namer.texts
    at = now()
    title = t("report.title", number=one.number)
    steps = Block(
        t("report.steps"),
        columns=(
            Column(t("report.step"), 2),
            Column(t("report.when"), 2),
            Column(t("report.elapsed"), 1.5),
        ),
        rows=tuple(
            (step, when or t("report.not_yet"), elapsed or "—")
            for step, when, elapsed in times_of(one, parties, t)
        ),
    )
    facts = Block(
        t("report.traced"),
        columns=(Column(t("report.what"), 2), Column(t("report.result"), 3)),
        rows=tuple(facts_of(one, progress(one, parties, at), len(parties), t)),
        note=t("report.share_help"),
    )
    asked = Block(
        t("board.parties"),
        columns=(Column(t("trace.who"), 3), Column(t("report.state"), 2)),
        rows=tuple(
            (namer.party(party.party), t(f"board_state.{party.state}")) for party in parties
        ),
    )
    part = Part(
        language=t.language,
        issuer=one.opened_by,
        head=(t("report.printed", time=clock_of(at, t)),),
        title=title,
        subtitle=t("board.practice_told") if one.is_practice else "",
        blocks=(
            Block(t("recall.suspects"), lines=(namer.things(one.things),)),
            steps,
            facts,
            asked,
        ),
    )
    return Document(
        parts=(part,), footer=title, draft=t("board.practice") if one.is_practice else ""
    )


def _first(given: Sequence[int | None]) -> int | None:
    return min((one for one in given if one is not None), default=None)


def _last(given: Sequence[int | None]) -> int | None:
    """Return the last of some times; None as long as one is missing, or there are none."""
    known = [one for one in given if one is not None]
    return max(known) if known and len(known) == len(given) else None
