"""What a verdict says, in Vietnamese and English; a list is for one and for several."""

WORDS: dict[str, dict[str, str | list[str]]] = {
    "proven": {
        "en": "PROVEN.",
        "vi": "ĐÃ CHỨNG MINH.",
    },
    "not_proven": {
        "en": "NOT PROVEN. Do not rely on this proof; ask for a new one.",
        "vi": "KHÔNG CHỨNG MINH ĐƯỢC. Không nên tin bằng chứng này; hãy yêu cầu bản mới.",
    },
    "unchanged": {
        "en": [
            "1 record is unchanged since {when}.",
            "{count} records are unchanged since {when}.",
        ],
        "vi": "{count} bản ghi không thay đổi kể từ {when}.",
    },
    "corrected": {
        "en": [
            "1 of them was corrected later; the original is shown.",
            "{count} of them were corrected later; the originals are shown.",
        ],
        "vi": "Trong đó {count} bản ghi được đính chính về sau; bản gốc vẫn được trình bày.",
    },
    "erased": {
        "en": [
            "1 cannot be proven: its text was erased, only its place is left.",
            "{count} cannot be proven: their texts were erased, only their places are left.",
        ],
        "vi": "{count} bản ghi không thể chứng minh: nội dung đã bị xoá, chỉ còn vị trí trong sổ.",
    },
    "broken": {
        "en": [
            "1 of {total} records is not the one in the log.",
            "{count} of {total} records are not those in the log.",
        ],
        "vi": "{count} trong {total} bản ghi không phải là bản ghi trong sổ.",
    },
    "record_changed": {
        "en": "Record {sequence} was changed: its text, its salt or its metadata.",
        "vi": "Bản ghi {sequence} đã bị thay đổi: nội dung, muối hoặc dữ liệu mô tả.",
    },
    "path_broken": {
        "en": "The path of record {sequence} does not lead to the checkpoint.",
        "vi": "Đường dẫn của bản ghi {sequence} không dẫn tới điểm kiểm chứng.",
    },
    "unreadable": {
        "en": "The proof cannot be read: {why}.",
        "vi": "Không đọc được bằng chứng: {why}.",
    },
    "twice": {
        "en": "The file {file} is there twice.",
        "vi": "Tệp {file} xuất hiện hai lần.",
    },
    "no_file": {
        "en": "The file {file} is missing.",
        "vi": "Thiếu tệp {file}.",
    },
    "added_file": {
        "en": "The file {file} was added later.",
        "vi": "Tệp {file} được thêm vào sau.",
    },
    "other_file": {
        "en": "The file {file} was changed.",
        "vi": "Tệp {file} đã bị thay đổi.",
    },
    "manifest_not_signed": {
        "en": "The list of what belongs to the proof is not signed by the log: records may be "
        "missing or added.",
        "vi": "Danh mục của bằng chứng không có chữ ký đúng của sổ: có thể thiếu hoặc thừa.",
    },
    "checkpoint_not_signed": {
        "en": "The checkpoint is not signed by the log.",
        "vi": "Điểm kiểm chứng không có chữ ký đúng của sổ.",
    },
    "other_checkpoint": {
        "en": "The list of what belongs to the proof is about another checkpoint.",
        "vi": "Danh mục của bằng chứng nói về một điểm kiểm chứng khác.",
    },
    "outside_not_signed": {
        "en": "The checkpoint from elsewhere, of {size} entries, is not signed by this log.",
        "vi": "Điểm kiểm chứng từ bên ngoài, gồm {size} mục, không có chữ ký đúng của sổ này.",
    },
    "outside_newer": {
        "en": "The checkpoint from elsewhere is of {size} entries and the proof of {own}: ask for "
        "a new proof. If the ledger cannot give one, it was set back.",
        "vi": "Điểm kiểm chứng từ bên ngoài gồm {size} mục, bằng chứng chỉ gồm {own}: hãy yêu cầu "
        "bằng chứng mới. Nếu sổ không cung cấp được, sổ đã bị đưa về bản cũ.",
    },
    "outside_no_way": {
        "en": "The proof has no way from the checkpoint of {size} entries to its own; ask for one "
        "made with `--from {size}`.",
        "vi": "Bằng chứng không nối được với điểm kiểm chứng gồm {size} mục; hãy yêu cầu bản làm "
        "với `--from {size}`.",
    },
    "outside_differs": {
        "en": "The log was rewritten: the checkpoint from elsewhere, of {size} entries, is not "
        "part of it.",
        "vi": "Sổ đã bị viết lại: điểm kiểm chứng từ bên ngoài, gồm {size} mục, không thuộc sổ.",
    },
    "outside_agrees": {
        "en": "The checkpoint from elsewhere agrees: its {size} entries are the first of this log.",
        "vi": "Điểm kiểm chứng từ bên ngoài khớp: {size} mục của nó là các mục đầu của sổ này.",
    },
    "witness": {
        "en": "{name} has confirmed the checkpoint at {when}.",
        "vi": "{name} đã xác nhận điểm kiểm chứng lúc {when}.",
    },
    "own_key": {
        "en": "The key was taken from the proof itself; compare it with the one the log has made "
        "known: {key}",
        "vi": "Khoá được lấy từ chính bằng chứng; hãy so với khoá mà sổ đã công bố: {key}",
    },
    "truncated": {
        "en": "The trace was cut short: more records than these belong to it.",
        "vi": "Kết quả truy xuất bị cắt bớt: còn nhiều bản ghi khác thuộc về nó.",
    },
    "meaning": {
        "en": "This proves that nothing was changed since then, not that it was true. What nobody "
        "recorded is not in it.",
        "vi": "Điều này chứng minh dữ liệu không bị thay đổi từ đó, không chứng minh dữ liệu là "
        "đúng sự thật. Những gì không ai ghi lại thì không có ở đây.",
    },
}
"""Sentences by code."""
