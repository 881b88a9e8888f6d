"""The report in a proof, for people: what is proven, and every record as it was received."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

import orjson

from api.paper_checkpoint import on_paper
from epcis_core.codecs.stored import read_stored_event
from epcis_core.errors import ParseError
from epcis_core.findings import Language
from epcis_core.proof.bundle import Proof, ProvenRecord
from epcis_core.proof.leaf import entry_leaf
from epcis_core.proof.verdict import Verdict, when
from epcis_core.store.reading import Reading

_LABELS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "about": "What the log can prove about",
        "said": "This is what the ledger says of itself. Do not take its word for it: open "
        "verify.html, or run verify.py or `epcis verify`.",
        "log": "Log",
        "checkpoint": "Checkpoint",
        "entries": "entries",
        "record": "Record",
        "recorded": "Recorded",
        "sender": "Sent by",
        "happened": "Happened",
        "what": "What",
        "event": "original",
        "receipt": "the same, from a witness",
        "correction": "correction",
        "erased": "text erased",
        "text": "as received",
        "paper": "The checkpoint, to be kept on paper. Scanned or typed into a file, `epcis fsck` "
        "and `epcis verify` take it with --checkpoint.",
        "code": "QR code of the checkpoint",
    },
    "vi": {
        "about": "Sổ ghi chứng minh được gì về",
        "said": "Đây là điều sổ tự nói về mình. Đừng chỉ tin lời sổ: hãy mở verify.html, hoặc chạy "
        "verify.py hay `epcis verify`.",
        "log": "Sổ",
        "checkpoint": "Điểm kiểm chứng",
        "entries": "mục",
        "record": "Bản ghi",
        "recorded": "Ghi lúc",
        "sender": "Bên gửi",
        "happened": "Xảy ra lúc",
        "what": "Nội dung",
        "event": "bản gốc",
        "receipt": "cùng sự kiện, từ bên chứng kiến",
        "correction": "bản đính chính",
        "erased": "nội dung đã xoá",
        "text": "nguyên văn",
        "paper": "Điểm kiểm chứng, để giữ trên giấy. Quét hoặc gõ lại vào tệp, `epcis fsck` và "
        "`epcis verify` nhận tệp đó với --checkpoint.",
        "code": "Mã QR của điểm kiểm chứng",
    },
}
_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "overflow-wrap:anywhere}h1{font-size:1.5rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.4rem .6rem;border-bottom:1px solid #ccc}"
    "pre{white-space:pre-wrap;font-size:.8rem;background:#f4f6f5;padding:.5rem}"
    "section{break-inside:avoid;margin-top:2rem}svg{width:40mm;height:40mm}"
    "aside{border-left:.4rem solid #888;padding:.1rem 1rem;background:#f4f6f5}"
    "@media screen and (max-width:47rem){thead{display:none}tr{display:block;padding:.6rem 0;"
    "border-bottom:2px solid #ccc}td{display:block;border:0;padding:.1rem 0}"
    "td::before{content:attr(data-label) ': ';color:#5a655f}}"
)
_COLUMNS: Final = ("record", "recorded", "sender", "happened", "what")


def report_files(proof: Proof) -> Iterator[tuple[str, bytes]]:
    """Yield the report as pages and as text: names and contents."""
    verdict = claimed(proof)
    for language in _LABELS:
        yield f"report.{language}.html", _page(proof, verdict, language).encode()
    text = "\n\n".join(_text(proof, verdict, language) for language in _LABELS)
    yield "report.txt", text.encode()


def claimed(proof: Proof) -> Verdict:
    """Return what the ledger says of its own records."""
    verdict = Verdict(subject=proof.subject, made=proof.made)
    declared = {one.metadata.subject for one in proof.records if one.declares}
    for one in proof.records:
        at = one.metadata.sequence
        if one.content is None:
            verdict.erased.append(at)
        elif entry_leaf(one.salt, one.reading, one.content, one.metadata) != one.leaf:
            verdict.broken.append((at, "record_changed"))
        else:
            verdict.unchanged.append(at)
            original = one.metadata.kind == "event" and not one.declares
            if original and one.metadata.subject in declared:
                verdict.corrected.append(at)
    if proof.is_truncated:
        verdict.told.append(("truncated", {}))
    return verdict


def _page(proof: Proof, verdict: Verdict, language: Language) -> str:
    words = _LABELS[language]
    told = "".join(f"<p>{escape(line)}</p>" for line in _summary(verdict, language))
    head = "".join(f"<th scope=col>{escape(words[name])}</th>" for name in _COLUMNS)
    title = escape(f"{words['about']} {proof.subject}")
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1><aside>{told}</aside>"
        f"<p>{escape(words['said'])}</p><p>{escape(_checkpoint(proof, language))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{_rows(proof, language)}</tbody></table>"
        f"{_sheet(proof, words)}</html>"
    )


def _sheet(proof: Proof, words: Mapping[str, str]) -> str:
    """Return the checkpoint as text and as a QR code."""
    kept = on_paper(proof.note, proof.made)
    size = kept.code.size
    return (
        f"<section><p>{escape(words['paper'])}</p>"
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{escape(words["code"])}" '
        f'xmlns="http://www.w3.org/2000/svg"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{kept.code.path}"/></svg><pre>{escape(kept.text)}</pre></section>'
    )


def _rows(proof: Proof, language: Language) -> str:
    found = []
    for one in proof.records:
        cells = [
            f'<td data-label="{escape(_LABELS[language][name])}">{escape(cell)}</td>'
            for name, cell in zip(_COLUMNS, _cells(one, language), strict=True)
        ]
        if one.content is not None:
            text = escape(one.content.decode())
            label = escape(_LABELS[language]["text"])
            cells[-1] = (
                f"{cells[-1].removesuffix('</td>')}<details><summary>{label}</summary>"
                f"<pre>{text}</pre></details></td>"
            )
        found.append(f"<tr>{''.join(cells)}</tr>")
    return "".join(found)


def _text(proof: Proof, verdict: Verdict, language: Language) -> str:
    words = _LABELS[language]
    lines = [f"{words['about']} {proof.subject}", "", *_summary(verdict, language), ""]
    lines += [words["said"], "", _checkpoint(proof, language), ""]
    for one in proof.records:
        cells = zip(_COLUMNS, _cells(one, language), strict=True)
        lines += [f"{words[name]}: {cell}" for name, cell in cells] + [""]
    lines += [words["paper"], "", on_paper(proof.note, proof.made).text]
    return "\n".join(lines)


def _summary(verdict: Verdict, language: Language) -> list[str]:
    """Return the verdict without its first word, which a proof cannot say of itself."""
    return verdict.sentences(language)[1:]


def _checkpoint(proof: Proof, language: Language) -> str:
    words, known = _LABELS[language], proof.checkpoint
    return (
        f"{words['log']}: {known.origin}. {words['checkpoint']}: {known.size} {words['entries']}, "
        f"{when(proof.made, language)}, SHA-256 {known.root.hex()}."
    )


def _cells(record: ProvenRecord, language: Language) -> tuple[str, ...]:
    words, metadata = _LABELS[language], record.metadata
    sort = "correction" if record.declares and metadata.kind == "event" else metadata.kind
    happened, what = _event(record)
    told = words["erased"] if record.content is None else words[sort]
    return (
        str(metadata.sequence),
        when(metadata.record_time, language),
        metadata.organisation,
        happened,
        ", ".join(filter(None, (what, told, metadata.subject))),
    )


def _event(record: ProvenRecord) -> tuple[str, str]:
    """Return when an event happened and what it is, as it says itself."""
    if record.content is None:
        return "", ""
    members = orjson.loads(record.reading)
    reading = Reading(members["syntax"], members["prefixes"], tuple(members["contexts"]))
    try:
        event = read_stored_event(record.content.decode(), reading.syntax, reading.namespaces)
    except ParseError:
        return "", ""
    return event.event_time, " ".join(filter(None, (event.type, getattr(event, "biz_step", None))))
