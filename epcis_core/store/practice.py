"""What trainees have done, by the questions that the exercises name.

References:
    schemas/practice/exercises.toml
"""

from typing import Final, Literal

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View

_SEEN: Final = "{e}"
_GOODS: Final = "$goods"


def done_by(
    ledger: Ledger,
    books: Bookkeeping,
    view: View,
    *,
    of: Literal["registry", "ledger"],
    sql: str,
    goods: str,
) -> frozenset[str]:
    """Return the organisations that have done a step, as far as a view shows.

    Args:
        ledger: asked by some.
        books: the registry, asked by the others.
        view: of whoever asks; of the registry a business learns of itself alone.
        of: who is asked.
        sql: the question, see the file.
        goods: how the lots begin that the practice farm sent.
    """
    if of == "registry":
        with books.reading() as connection:
            rows = connection.execute(sql).fetchall()
    else:
        given = {"goods": goods} if _GOODS in sql else {}
        with ledger.reading() as cursor:
            rows = cursor.execute(sql.replace(_SEEN, view.condition("e")), given).fetchall()
    found = frozenset(str(row[0]) for row in rows if row[0])
    return found if view.viewer is None else found & {view.viewer}
