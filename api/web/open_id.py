"""Log-in by somebody else's service: the way there and the way back."""

import logging
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.access import log_in as trying
from api.access.asker import asker_of
from api.access.noting import note_done
from api.access.sessions import forget_cookie, keep_cookie, shown_cookie
from api.clock import now
from api.open_id.errors import OpenIdError
from api.open_id.journey import GOOD_FOR, Journey
from api.open_id.provider import Person, Provider
from api.web.answers import texts_for
from api.web.log_in import let_in, local, log_in_page, of_log_in, too_many
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.attempts import forget_tries
from epcis_core.store.registry.identities import account_of_person
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.organisations import takes_part

router: APIRouter = APIRouter(include_in_schema=False)

_THERE: Final = "/log-in/open-id"
_BACK: Final = f"{_THERE}/back"
_COOKIE: Final = "open-id"
_KEY: Final = "open_id"
_LOG: Final = logging.getLogger(__name__)

Text = Annotated[str, Field(max_length=4096)]


class _Back(BaseModel):
    """What a browser brings back; what else the service adds does not matter."""

    code: Text = ""
    state: Text = ""
    error: Text = ""
    iss: Text = ""


@router.get(_THERE)
async def go_there(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address's name
    """Send a browser to the service, with a log-in of its own that it keeps sealed."""
    provider = _provider(request)
    if asker_of(request).way == "session":
        return RedirectResponse(local(next), 303)
    journey = Journey.begin(local(next), now())
    asked = {
        "redirect_uri": _own_address(request),
        "scope": "openid email",
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": journey.challenge,
        "code_challenge_method": "S256",
    }
    try:
        there = await provider.address(asked)
    except OpenIdError as error:
        return await run_in_threadpool(_not_let_in, request, journey.following, error)
    answer = RedirectResponse(there, 303)
    kept = journey.kept(await run_in_threadpool(_books(request).secret, _KEY))
    keep_cookie(request, answer, _COOKIE, kept, GOOD_FOR)  # the way back begins at another site
    return answer


@router.get(_BACK)
async def come_back(request: Request, back: Annotated[_Back, Query()]) -> Response:
    """Let somebody in whom the service vouches for, where they have an account here."""
    journey = await run_in_threadpool(_begun, request, back.state)
    if journey is None:  # another log-in may still be on its way, and keeps its cookie
        return await run_in_threadpool(_not_let_in, request, "/", "expired")
    answer = await _answer(request, _provider(request), back, journey)
    forget_cookie(request, answer, _COOKIE)
    return answer


def _begun(request: Request, state: str) -> Journey | None:
    """Return the log-in that this browser has begun and comes back from; None for none."""
    kept = shown_cookie(request, _COOKIE) or ""
    return Journey.found(kept, state, _books(request).secret(_KEY), now())


async def _answer(request: Request, provider: Provider, back: _Back, journey: Journey) -> Response:
    tried = now()
    try:
        await run_in_threadpool(_count, request, tried)
        await _check_answer(provider, back)
        person = await provider.person(
            back.code, nonce=journey.nonce, verifier=journey.verifier, back=_own_address(request)
        )
    except OpenIdError as failed:
        return await run_in_threadpool(_not_let_in, request, journey.following, failed)
    except trying.TooManyTriesError as often:
        return await run_in_threadpool(_too_many, request, often, journey.following)
    return await run_in_threadpool(_let_in, request, person, journey.following, tried)


async def _check_answer(provider: Provider, back: _Back) -> None:
    """Refuse what is no code of the provider.

    Raises:
        OpenIdError: it is none, or of another provider, which says so where several could answer.

    References:
        RFC 6749, section 4.1.2.1; RFC 9207, section 2.4
    """
    is_from_it = back.iss == provider.configured.issuer
    if not is_from_it and (back.iss or await provider.names_itself()):
        raise OpenIdError("not_confirmed", f"The answer is from another issuer, {back.iss!r}.")
    if back.error or not back.code:
        raise OpenIdError("refused", f"The provider answers {back.error!r}.")


def _let_in(request: Request, person: Person, following: str, tried: int) -> Response:
    """Let in whom the service vouches for, where they have an account; it was no guess then."""
    books, configured = _books(request), _provider(request).configured
    found = account_of_person(books, configured.issuer, person.subject, person.email, now())
    if isinstance(found, str):
        return _not_let_in(request, following, found, person.email or "")
    account = found.account
    if not account.active or not takes_part(books, account.organisation):
        return log_in_page(request, following, account.email, texts_for(request)("log_in.closed"))
    forget_tries(books, (f"from {trying.place_of(request)}",), tried)
    if found.is_new:
        note_done(request, What.IDENTITY_BOUND, configured.name, who=account.email)
    # Who did not choose the password that is there should know of it.
    has_other_way = found.is_new and account.password is not None
    path = "/account?bound=yes" if has_other_way else following
    return let_in(request, account, path, by=configured.name)


def _not_let_in(
    request: Request, following: str, why: OpenIdError | str, email: str = ""
) -> Response:
    """Show the log-in page, with why somebody is not in; the operator reads more in the log."""
    name = _provider(request).configured.name
    if isinstance(why, OpenIdError):
        level = logging.INFO if why.fault == "refused" else logging.WARNING
        _LOG.log(level, "log-in by OpenID Connect: %s", why)
    fault = why.fault if isinstance(why, OpenIdError) else why
    told = texts_for(request)(f"open_id.{fault}", name=name, email=email)
    return log_in_page(request, following, "", told)


def _too_many(request: Request, often: trying.TooManyTriesError, following: str) -> Response:
    return too_many(request, "log_in.html", often, **of_log_in(request, following, ""))


def _count(request: Request, moment: int) -> None:
    """Count a log-in against those that one place may try.

    Raises:
        TooManyTriesError: there were too many.
    """
    place = trying.place_of(request)
    trying.begin(_books(request), {f"from {place}": trying.OF_PLACE}, moment)


def _provider(request: Request) -> Provider:
    """Return the provider.

    Raises:
        HTTPException: 404 where none is configured.
    """
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404, "Not Found")
    return provider


def _own_address(request: Request) -> str:
    """Return the address that the service sends a browser back to."""
    base = request.app.state.settings.base
    return f"{base or str(request.base_url).rstrip('/')}{_BACK}"


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
