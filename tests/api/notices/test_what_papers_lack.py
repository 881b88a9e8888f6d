"""A paper about more than an answer can hold says that it is not complete."""

from pathlib import Path

from api.notices.tables import affected_block
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import recall_lots
from epcis_core.store.view import EVERYTHING
from tests.api.pictures.test_chain_map import Book
from tests.ingest.documents import captured, document, lot, made

SUSPECT = lot("L1")


def test_a_table_that_is_cut_says_so(tmp_path: Path) -> None:
    namer = Namer(Book(), Texts("vi"))
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        event = made([lot("L1")], [lot(f"M{n}") for n in range(2, 7)])
        assert captured(ledger, document(event)).status == "accepted"
        whole, cut = (recall_lots(ledger, EVERYTHING, [SUSPECT], max_objects=n) for n in (99, 3))
    told = "Bảng này CHƯA ĐỦ: số hàng bị ảnh hưởng nhiều hơn một lần tra cứu nêu được."
    assert affected_block(cut, namer, "").note.startswith(told)
    assert told not in affected_block(whole, namer, "").note
