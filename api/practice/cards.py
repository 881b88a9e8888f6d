"""The cards of a class on paper: a log-in and the numbers that each trainee works with."""

from api.notices.typeset import Block, Document, Part, typeset
from api.practice.made import TRAINER, Card, Class
from api.web.texts import Texts


def class_cards(made: Class, t: Texts) -> bytes:
    """Return the cards as a PDF, to be cut apart."""
    trainer = Block(
        t("practice.trainer"),
        (
            t("practice.email", email=TRAINER),
            t("practice.password", password=made.trainer_password),
        ),
    )
    part = Part(
        t.language,
        t("site.name"),
        (),
        t("practice.cards"),
        t("practice.cards_help"),
        (trainer, *(_card(one, t) for one in made.cards)),
    )
    return typeset(Document((part,)))


def _card(card: Card, t: Texts) -> Block:
    first, second = card.gtins
    return Block(
        card.trainee.name,
        (
            t("practice.email", email=card.trainee.email),
            t("practice.password", password=card.password),
            t("practice.gln", gln=card.gln),
            t("practice.gtins", first=first, second=second),
            t("practice.lot", lot=card.trainee.lot.rpartition("/")[2]),
        ),
    )
