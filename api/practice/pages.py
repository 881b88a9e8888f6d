"""The pages of a class: a trainee's exercises, and for the trainer who came and has done what."""

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.clock import now
from api.practice.course import exercises
from api.practice.progress import Progress, progress
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.csv_cells import lines
from api.web.forms import ShortForm
from api.web.own_lists import attached
from api.web.texts import Texts
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.desk import DeskLine
from epcis_core.store.registry.practice import Trainee, answer, trainees_of
from ingest.desk import desk_csv

router = APIRouter(include_in_schema=False)


@router.get("/practice")
@router.get("/practice.json")
def show_practice(request: Request, told: Literal["", "right", "wrong"] = "") -> Response:
    """Show a trainee the exercises, and the trainer the class."""
    found = _progress(request)
    if not wants_page(request):
        return as_json([_as_json(one) for one in found])
    shown = [
        {
            "one": one,
            "came": _came(one, texts_for(request)),
            "steps": [one.of(e) for e in exercises()],
        }
        for one in found
    ]
    return page(
        request,
        "practice.html",
        exercises=exercises(),
        own=found[0] if asker_of(request).owner and found else None,
        shown=shown,
        here=sum(one.came is not None for one in found),
        whole=sum(len(one.done) == _steps() for one in found),
        told=told,
    )


@router.get("/practice.csv")
def send_results(request: Request) -> Response:
    """Send the trainer who came and has done what, for Excel."""
    t = texts_for(request)
    head = [t("practice.trainee"), "E-mail", t("practice.came")]
    rows = [head + [getattr(one.title, t.language) for one in exercises()]]
    for one in _progress(request):
        done = [f"{one.of(exercise)}/{len(exercise.steps)}" for exercise in exercises()]
        rows.append([one.trainee.name, one.trainee.email, _came(one, t), *done])
    return attached("".join(lines(rows)).encode(), "practice.csv")


@router.get("/practice/training.csv")
def send_training(request: Request) -> Response:
    """Send the class as a line of the list of trainings, for the desk of the province."""
    came = [one for one in _progress(request) if one.came is not None]
    t = texts_for(request)
    first = min((one.came for one in came if one.came is not None), default=now())
    line = DeskLine(
        "trainings",
        {
            "day": times.here_at(first).date().isoformat(),
            "title": t("practice.course"),
            "topic": "records",
            "people": str(len(came)),
            "organisations": str(len(came)),
            "note": t("practice.whole", number=sum(len(one.done) == _steps() for one in came)),
        },
    )
    return attached(desk_csv("trainings", [line], t.language), "training.csv")


@router.post("/practice")
def take_answer(request: Request, form: ShortForm) -> Response:
    """Take what a trainee tells, and say whether it is right."""
    trainee = _trainee(request)
    step = next(
        (
            one
            for exercise in exercises()
            for one in exercise.steps
            if one.answer and one.key == form.get("step")
        ),
        None,
    )
    if step is None:
        raise HTTPException(400, "Expected step, one that asks for an answer.")
    is_right = _is_right(step.answer, trainee, form)
    answer(_books(request), trainee.organisation, step.key, is_right=is_right, now=now())
    if not wants_page(request):
        return as_json({"right": is_right})
    return RedirectResponse(f"/practice?told={'right' if is_right else 'wrong'}", 303)


def _is_right(asked: Literal["plot"] | None, trainee: Trainee, form: Mapping[str, str]) -> bool:
    digits = "".join(one for one in form.get("answer", "") if one.isdecimal())
    return asked == "plot" and digits.lstrip("0") == str(trainee.plot)


def _trainee(request: Request) -> Trainee:
    """Return the trainee who asks.

    Raises:
        HTTPException: 404 where they are none.
    """
    mine = asker_of(request).organisation
    for one in trainees_of(_books(request)):
        if one.organisation == mine:
            return one
    raise HTTPException(404, texts_for(request)("practice.none"))


def _progress(request: Request) -> list[Progress]:
    """Return how far those have come whom the asker may see.

    Raises:
        HTTPException: 404 where the ledger is that of no class, or the asker is not in it.
    """
    found = progress(request.app.state.ledger, _books(request), view_of(request))
    if not found:
        raise HTTPException(404, texts_for(request)("practice.none"))
    return found


def _steps() -> int:
    return sum(len(one.steps) for one in exercises())


def _came(one: Progress, t: Texts) -> str:
    if one.came is None:
        return t("practice.not_yet")
    return times.date_and_time(times.here_at(one.came), t.language)


def _as_json(one: Progress) -> dict[str, Any]:
    return {
        "organisation": one.trainee.organisation,
        "name": one.trainee.name,
        "email": one.trainee.email,
        "came": None if one.came is None else utc_text(one.came),
        "done": {
            exercise.key: [step.key for step in exercise.steps if step.key in one.done]
            for exercise in exercises()
        },
    }


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
