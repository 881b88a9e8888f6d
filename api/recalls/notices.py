"""What a party is told of a recall: by e-mail, or in a message to be sent by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.base_address import BaseAddress
from api.outward_mail import MailError, MailServer, send, written
from api.web.answers import namer_for
from api.web.goods import goods_of
from api.web.naming import Namer
from api.web.texts import LANGUAGES, Texts
from epcis_core.store.registry.recall_parties import RecallParty, make_address, note_notified
from epcis_core.store.registry.recalls import OpenedRecall


@dataclass(frozen=True, slots=True)
class Notice:
    """What a party is sent.

    Attributes:
        link: the address under which it is shown its goods and answers.
        subject: in one line.
        text: the whole, in both languages.
    """

    link: str
    subject: str
    text: str


_MOST: Final = 20  # goods that a notice lists


def notice_for(request: Request, recall: OpenedRecall, party: RecallParty, now: int) -> Notice:
    """Return what a party is sent, with a new secret address."""
    state = request.app.state
    secret = make_address(state.books, party.number, now)
    base: BaseAddress | None = state.settings.base
    link = f"{base or str(request.base_url).rstrip('/')}/recalled/{secret}"
    book = namer_for(request).book
    parts = [_part(recall, party, link, Namer(book, Texts(language))) for language in LANGUAGES]
    practice = f"[{Texts('vi')('board.practice')}] " if recall.is_practice else ""
    things = Namer(book, Texts("vi")).things(recall.things)
    subject = practice + Texts("vi")("board.mail_subject", things=things)
    return Notice(link, " ".join(subject.split())[:200], "\n\n— — —\n\n".join(parts))


def mail(
    request: Request,
    server: MailServer,
    recall: OpenedRecall,
    to: Sequence[tuple[RecallParty, str]],
    now: int,
) -> None:
    """Send notices by e-mail, and note each that was taken.

    Args:
        request: by which somebody sends them.
        server: where e-mail is handed over.
        recall: of what.
        to: parties with their addresses.
        now: microseconds since 1970 UTC.

    Raises:
        MailError: an address is none, the server does not answer, or it refused some; the others
            were sent.
    """
    messages = []
    for party, address in to:
        notice = notice_for(request, recall, party, now)
        messages.append(written(server, address, notice.subject, notice.text))
    refused = []
    for (party, _), error in zip(to, send(server, messages), strict=True):
        if error is None:
            note_notified(request.app.state.books, party.number, "email", now)
        else:
            refused.append(str(error))
    if refused:
        raise MailError("; ".join(refused))


def _part(recall: OpenedRecall, party: RecallParty, link: str, namer: Namer) -> str:
    t = namer.texts
    goods = [f"- {goods_of(its.objects, namer).label}" for its in party.goods[:_MOST]]
    if len(party.goods) > _MOST:
        goods.append(t.count("recall.more_goods", len(party.goods) - _MOST))
    lines = [
        *([t("board.practice_told")] if recall.is_practice else []),
        t("board.mail_to", party=namer.party(party.party)),
        recall.words,
        t("board.mail_goods"),
        "\n".join(goods),
        t("board.mail_link"),
        link,
    ]
    return "\n\n".join(lines)
