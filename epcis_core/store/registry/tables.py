"""The tables of the registry, as steps of the bookkeeping."""

from typing import Final

STEPS: Final = (
    # id: canonical, of a party. roles: in the chain, a JSON list. contact: JSON members.
    """CREATE TABLE organisation (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, contact TEXT NOT NULL,
        active INTEGER NOT NULL, created INTEGER NOT NULL
    )""",
    # value: a GLN, a company prefix, or another identifier. giver: who delegated it; empty for own.
    """CREATE TABLE belonging (
        organisation TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
        value TEXT NOT NULL, giver TEXT NOT NULL, PRIMARY KEY (organisation, value, giver)
    )""",
    # password: a hash of argon2id with its salt; NULL until somebody has set one.
    """CREATE TABLE account (
        number INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
        name TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT REFERENCES organisation (id),
        password TEXT, active INTEGER NOT NULL, created INTEGER NOT NULL
    )""",
    # digest: SHA-256 of the key. rights: a JSON list of what it may do; NULL for all of its role.
    """CREATE TABLE api_key (
        id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, role TEXT NOT NULL,
        organisation TEXT REFERENCES organisation (id), rights TEXT, note TEXT NOT NULL,
        created INTEGER NOT NULL, expires INTEGER, revoked INTEGER
    )""",
    # case_number: of the case that its person works on.
    """CREATE TABLE session (
        digest BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (number),
        created INTEGER NOT NULL, seen INTEGER NOT NULL, case_number TEXT
    )""",
    # purpose: set_up, invitation, password.
    """CREATE TABLE link (
        digest BLOB PRIMARY KEY, purpose TEXT NOT NULL, account INTEGER REFERENCES account (number),
        created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
    )""",
    "CREATE TABLE attempt (name TEXT NOT NULL, time INTEGER NOT NULL)",
    "CREATE INDEX attempt_of ON attempt (name, time)",
    # as_of: the last sequence of the ledger when the case was opened.
    """CREATE TABLE inspection (
        number TEXT PRIMARY KEY, title TEXT NOT NULL, opened_by TEXT NOT NULL,
        opened INTEGER NOT NULL, as_of INTEGER NOT NULL, closed INTEGER
    )""",
    # kind: lot, note, export.
    """CREATE TABLE inspection_item (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        inspection TEXT NOT NULL REFERENCES inspection (number), kind TEXT NOT NULL,
        value TEXT NOT NULL, added_by TEXT NOT NULL, added INTEGER NOT NULL
    )""",
    # who: account or key. asked: method and path. about: identifiers it was about, a JSON list.
    """CREATE TABLE look (
        number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, who TEXT NOT NULL,
        role TEXT NOT NULL, case_number TEXT, asked TEXT NOT NULL, about TEXT NOT NULL
    )""",
    """CREATE TRIGGER look_stays BEFORE UPDATE ON look
        BEGIN SELECT RAISE(ABORT, 'what was looked at is never changed'); END""",
    """CREATE TRIGGER look_remains BEFORE DELETE ON look
        BEGIN SELECT RAISE(ABORT, 'what was looked at is never removed'); END""",
    # taker: canonical, of a party that need not be known. thing: canonical.
    """CREATE TABLE share (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        giver TEXT NOT NULL REFERENCES organisation (id), taker TEXT NOT NULL,
        thing TEXT NOT NULL, given INTEGER NOT NULL, withdrawn INTEGER
    )""",
    "CREATE INDEX share_with ON share (taker)",
    "CREATE TABLE choice (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    # issuer: a service that vouches for people. subject: what it calls one of them for ever.
    """CREATE TABLE identity (
        issuer TEXT NOT NULL, subject TEXT NOT NULL,
        account INTEGER NOT NULL REFERENCES account (number), since INTEGER NOT NULL,
        PRIMARY KEY (issuer, subject), UNIQUE (issuer, account)
    )""",
    # who: account, key, or the command line. what: a word. about: whom or what it was done to.
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, who TEXT NOT NULL,
        place TEXT NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL
    )""",
    """CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'what stands in the journal is never changed'); END""",
    """CREATE TRIGGER journal_remains BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'what stands in the journal is never removed'); END""",
    # issued, expires: days, as YYYY-MM-DD; expires is NULL for no end.
    """CREATE TABLE certificate (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        organisation TEXT NOT NULL REFERENCES organisation (id), standard TEXT NOT NULL,
        number TEXT NOT NULL, agency TEXT NOT NULL, issued TEXT NOT NULL, expires TEXT,
        covers TEXT NOT NULL, added INTEGER NOT NULL, withdrawn INTEGER
    )""",
    # Where a session was begun: an address or network, and the name of a browser.
    "ALTER TABLE session ADD COLUMN place TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT ''",
    # INSERT OR REPLACE would remove a line without asking the triggers on that.
    """CREATE TRIGGER look_is_new BEFORE INSERT ON look
        WHEN EXISTS (SELECT 1 FROM look WHERE number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'what was looked at is never replaced'); END""",
    """CREATE TRIGGER journal_is_new BEFORE INSERT ON journal
        WHEN EXISTS (SELECT 1 FROM journal WHERE number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'what stands in the journal is never replaced'); END""",
    "CREATE INDEX look_under ON look (case_number, number)",
    "CREATE INDEX journal_of ON journal (what, number)",
    "CREATE INDEX attempt_at ON attempt (time)",
    "CREATE INDEX share_by ON share (giver, number)",
    "CREATE INDEX journal_by ON journal (who, number)",
    # code: a GTIN of 14 digits, or a GLN, a colon and an own code. certificates: ids, as JSON.
    """CREATE TABLE product (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        organisation TEXT NOT NULL REFERENCES organisation (id), code TEXT NOT NULL,
        name_vi TEXT NOT NULL, name_en TEXT NOT NULL, brand TEXT NOT NULL, ocop_stars INTEGER,
        indication TEXT NOT NULL, sector TEXT NOT NULL, shelf_life_days INTEGER,
        certificates TEXT NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL,
        retired INTEGER
    )""",
    "CREATE INDEX product_code ON product (code)",
    "CREATE INDEX product_by ON product (organisation, number)",
    # type: image/jpeg and such.
    """CREATE TABLE product_image (
        product INTEGER PRIMARY KEY REFERENCES product (number), type TEXT NOT NULL,
        data BLOB NOT NULL
    )""",
    # code: a GLN with or without a part behind a slash, or coordinates. lat, lon: WGS 84, degrees.
    # unit_before, unit_now: of the administration, before 1 July 2025 and since, as written.
    """CREATE TABLE place (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        organisation TEXT NOT NULL REFERENCES organisation (id), code TEXT NOT NULL,
        name TEXT NOT NULL, growing_area TEXT NOT NULL, address TEXT NOT NULL,
        unit_now TEXT NOT NULL, unit_before TEXT NOT NULL, lat REAL, lon REAL,
        added INTEGER NOT NULL, changed INTEGER NOT NULL, retired INTEGER
    )""",
    "CREATE INDEX place_code ON place (code)",
    "CREATE INDEX place_by ON place (organisation, number)",
    # What an organisation knows of whom it deals with, for itself alone. code: a GLN.
    """CREATE TABLE partner (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        organisation TEXT NOT NULL REFERENCES organisation (id), code TEXT NOT NULL,
        name TEXT NOT NULL, role TEXT NOT NULL, person TEXT NOT NULL, phone TEXT NOT NULL,
        email TEXT NOT NULL, note TEXT NOT NULL, added INTEGER NOT NULL,
        changed INTEGER NOT NULL, retired INTEGER
    )""",
    "CREATE INDEX partner_by ON partner (organisation, number)",
    # who: account or key that sent it. corrects: an earlier capture that it sends again, mended.
    "CREATE TABLE upload (capture_id TEXT PRIMARY KEY, who TEXT NOT NULL, corrects TEXT)",
    "CREATE INDEX upload_correcting ON upload (corrects) WHERE corrects IS NOT NULL",
    # organisation: empty for the server itself. serials: none, random, counted; first: of those
    # that are counted. expiry: a day. pin_digits: 0 for no PIN. voided: when.
    """CREATE TABLE stamp_run (
        number INTEGER PRIMARY KEY AUTOINCREMENT, organisation TEXT NOT NULL,
        gtin TEXT NOT NULL, lot TEXT NOT NULL, count INTEGER NOT NULL, serials TEXT NOT NULL,
        first INTEGER, pin_digits INTEGER NOT NULL, expiry TEXT, name TEXT NOT NULL,
        base TEXT NOT NULL, format TEXT NOT NULL, language TEXT NOT NULL, made_by TEXT NOT NULL,
        made INTEGER NOT NULL, printed INTEGER NOT NULL DEFAULT 0,
        spoiled INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0, voided INTEGER
    )""",
    "CREATE INDEX stamp_run_by ON stamp_run (organisation, number)",
    "CREATE INDEX stamp_run_for ON stamp_run (gtin, lot)",
    # place: within its run, from 1. checked: when its PIN was first told rightly.
    """CREATE TABLE stamp (
        gtin TEXT NOT NULL, serial TEXT NOT NULL,
        run INTEGER NOT NULL REFERENCES stamp_run (number), place INTEGER NOT NULL,
        checked INTEGER, PRIMARY KEY (gtin, serial)
    ) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX stamp_in ON stamp (run, place)",
    # thing: canonical, of a lot, item or product. content: what is shown, as JSON.
    """CREATE TABLE publication (
        number INTEGER PRIMARY KEY AUTOINCREMENT, thing TEXT NOT NULL, version INTEGER NOT NULL,
        organisation TEXT NOT NULL, content TEXT NOT NULL, published INTEGER NOT NULL,
        UNIQUE (thing, version)
    )""",
    "CREATE INDEX publication_by ON publication (organisation, number)",
    """CREATE TRIGGER publication_stays BEFORE UPDATE ON publication
        BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END""",
    """CREATE TRIGGER publication_remains BEFORE DELETE ON publication
        BEGIN SELECT RAISE(ABORT, 'what was published is never removed'); END""",
    """CREATE TRIGGER publication_is_new BEFORE INSERT ON publication
        WHEN EXISTS (SELECT 1 FROM publication WHERE number = NEW.number
            OR (thing = NEW.thing AND version = NEW.version))
        BEGIN SELECT RAISE(ABORT, 'what was published is never replaced'); END""",
    # digest: SHA-256 of the bytes, as text.
    """CREATE TABLE public_image (
        digest TEXT PRIMARY KEY, kind TEXT NOT NULL, bytes BLOB NOT NULL
    )""",
    # Who agreed to be named on the public pages of others.
    "CREATE TABLE public_party (organisation TEXT PRIMARY KEY, since INTEGER NOT NULL)",
    # declared_by: an organisation; empty for the authority.
    """CREATE TABLE recall_notice (
        number INTEGER PRIMARY KEY AUTOINCREMENT, thing TEXT NOT NULL, words TEXT NOT NULL,
        declared_by TEXT NOT NULL, declared INTEGER NOT NULL, lifted INTEGER
    )""",
    "CREATE INDEX recall_notice_on ON recall_notice (thing)",
    # anchor: a Digital Link on GS1's own domain. organisation: empty for the server itself.
    """CREATE TABLE resolver_link (
        number INTEGER PRIMARY KEY AUTOINCREMENT, anchor TEXT NOT NULL, link_type TEXT NOT NULL,
        href TEXT NOT NULL, title TEXT NOT NULL, hreflang TEXT NOT NULL, media_type TEXT NOT NULL,
        is_default INTEGER NOT NULL, organisation TEXT NOT NULL, added INTEGER NOT NULL,
        removed INTEGER
    )""",
    "CREATE INDEX resolver_link_of ON resolver_link (anchor)",
    "CREATE INDEX resolver_link_by ON resolver_link (organisation, number)",
    # day: in Viet Nam, YYYY-MM-DD. shown: the thing whose page or links answered.
    """CREATE TABLE scan (
        thing TEXT NOT NULL, day TEXT NOT NULL, shown TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (thing, day)
    ) WITHOUT ROWID""",
    "CREATE INDEX scan_shown ON scan (shown, day)",
    "CREATE INDEX scan_on ON scan (day)",
    # template: a key. columns: what the headings of a sheet of its own mean, as JSON.
    """CREATE TABLE own_headings (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        organisation TEXT NOT NULL REFERENCES organisation (id), template TEXT NOT NULL,
        columns TEXT NOT NULL, saved INTEGER NOT NULL
    )""",
    "CREATE INDEX own_headings_of ON own_headings (organisation, number)",
    "CREATE INDEX belonging_value ON belonging (value)",
    # target: the name of whom lots are carried to. sequence: up to where the ledger was looked at.
    # resume: nothing is sent before. failures: of sendings, since one was answered. swept: when all
    # lots that it has were looked at anew.
    """CREATE TABLE portal_target (
        target TEXT PRIMARY KEY, sequence INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
        resume INTEGER NOT NULL DEFAULT 0, failure TEXT, swept INTEGER NOT NULL DEFAULT 0
    )""",
    # A lot whose record may have changed. captured: when what first changed it was recorded.
    """CREATE TABLE portal_change (
        target TEXT NOT NULL, lot TEXT NOT NULL, captured INTEGER NOT NULL,
        PRIMARY KEY (target, lot)
    ) WITHOUT ROWID""",
    # hash: of the record that the target has; NULL for none. edition: how often it has taken one.
    """CREATE TABLE portal_lot (
        target TEXT NOT NULL, lot TEXT NOT NULL, hash TEXT, edition INTEGER NOT NULL,
        reference TEXT, since INTEGER NOT NULL, PRIMARY KEY (target, lot)
    ) WITHOUT ROWID""",
    # operation: create, update, withdraw. record: JSON. upstream: lots that the target must have
    # before, a JSON list. status: waiting, sent, accepted, rejected, unknown. due: not sent before.
    # told: how often somebody was warned of the deadline.
    """CREATE TABLE portal_delivery (
        number INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, lot TEXT NOT NULL,
        operation TEXT NOT NULL, hash TEXT, key TEXT NOT NULL, record TEXT, upstream TEXT NOT NULL,
        captured INTEGER NOT NULL, made INTEGER NOT NULL, status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, request TEXT,
        sent INTEGER, answer TEXT, answered INTEGER, reason TEXT, told INTEGER NOT NULL DEFAULT 0
    )""",
    """CREATE UNIQUE INDEX portal_delivery_open ON portal_delivery (target, lot)
        WHERE status IN ('waiting', 'sent', 'unknown')""",
    """CREATE INDEX portal_delivery_next ON portal_delivery (target, number)
        WHERE status IN ('waiting', 'unknown')""",
    "CREATE INDEX portal_delivery_of ON portal_delivery (lot, target, number)",
    "CREATE INDEX portal_delivery_status ON portal_delivery (target, status, number)",
    # owner: empty for the authority. subjects: a JSON list. content: its text, as JSON.
    # digest: SHA-256 of the PDF.
    """CREATE TABLE issued_notice (
        owner TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
        subjects TEXT NOT NULL, languages TEXT NOT NULL, content TEXT NOT NULL, case_number TEXT,
        issued_by TEXT NOT NULL, issued INTEGER NOT NULL, digest TEXT NOT NULL, pdf BLOB NOT NULL,
        PRIMARY KEY (owner, number, version)
    )""",
    "CREATE INDEX issued_notice_at ON issued_notice (owner, issued)",
    """CREATE TRIGGER issued_notice_stays BEFORE UPDATE ON issued_notice
        BEGIN SELECT RAISE(ABORT, 'what was issued is never changed'); END""",
    """CREATE TRIGGER issued_notice_remains BEFORE DELETE ON issued_notice
        BEGIN SELECT RAISE(ABORT, 'what was issued is never removed'); END""",
    """CREATE TRIGGER issued_notice_is_new BEFORE INSERT ON issued_notice
        WHEN EXISTS (SELECT 1 FROM issued_notice WHERE owner = NEW.owner
            AND number = NEW.number AND version = NEW.version)
        BEGIN SELECT RAISE(ABORT, 'what was issued is never replaced'); END""",
    # digest: SHA-256 of the bytes, as text. kept: when it was last sent. is_named: by an event.
    """CREATE TABLE step_photo (
        organisation TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL, bytes BLOB NOT NULL,
        kept INTEGER NOT NULL, is_named INTEGER NOT NULL, PRIMARY KEY (organisation, digest)
    )""",
    # What the province keeps for its reports. list: trainings, surveys, priorities. entries: JSON.
    """CREATE TABLE desk_line (
        number INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, entries TEXT NOT NULL,
        added INTEGER NOT NULL, changed INTEGER NOT NULL, retired INTEGER
    )""",
    "CREATE INDEX desk_line_of ON desk_line (list, number)",
    # period: 2026, or 2026-Q3. key: of the remark, as the report's file has it.
    """CREATE TABLE remark (
        period TEXT NOT NULL, key TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (period, key)
    )""",
    # things: suspect, as JSON. call_after: hours. tracing: what the records showed then, as JSON.
    """CREATE TABLE recall (
        number INTEGER PRIMARY KEY AUTOINCREMENT, things TEXT NOT NULL, words TEXT NOT NULL,
        opened_by TEXT NOT NULL, opened INTEGER NOT NULL, case_number TEXT,
        call_after INTEGER NOT NULL, is_practice INTEGER NOT NULL, tracing TEXT NOT NULL,
        closed INTEGER
    )""",
    # steps: handovers to the end of the chain. way: of the last notice: email, link, call.
    """CREATE TABLE recall_party (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        recall INTEGER NOT NULL REFERENCES recall (number), party TEXT NOT NULL,
        steps INTEGER NOT NULL, notified INTEGER, way TEXT NOT NULL DEFAULT '', seen INTEGER,
        confirmed INTEGER, called INTEGER, note TEXT NOT NULL DEFAULT '', UNIQUE (recall, party)
    )""",
    "CREATE INDEX recall_party_of ON recall_party (party)",
    # objects: of one sort, as JSON. expected, held, returned: decimal digits of uom.
    """CREATE TABLE recall_goods (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        party INTEGER NOT NULL REFERENCES recall_party (number), objects TEXT NOT NULL,
        uom TEXT, expected TEXT, held TEXT, returned TEXT
    )""",
    "CREATE INDEX recall_goods_of ON recall_goods (party)",
    # digest: SHA-256 of what stands in the address that a party was sent.
    """CREATE TABLE recall_link (
        digest BLOB PRIMARY KEY, party INTEGER NOT NULL REFERENCES recall_party (number),
        expires INTEGER NOT NULL
    )""",
    # What the authority has been told of an anomaly, whose key tells the records it rests on.
    """CREATE TABLE anomaly_note (
        key TEXT PRIMARY KEY, note TEXT NOT NULL, by TEXT NOT NULL, noted INTEGER NOT NULL
    ) WITHOUT ROWID""",
    # What trainees of a class answered. step: of an exercise.
    """CREATE TABLE practice_answer (
        organisation TEXT NOT NULL, step TEXT NOT NULL, is_right INTEGER NOT NULL,
        answered INTEGER NOT NULL, PRIMARY KEY (organisation, step)
    ) WITHOUT ROWID""",
    # A file for a target that takes files. digest: SHA-256 of its bytes, hexadecimal.
    """CREATE TABLE portal_export (
        target TEXT NOT NULL, number INTEGER NOT NULL, made INTEGER NOT NULL,
        made_by TEXT NOT NULL, lots INTEGER NOT NULL, digest TEXT NOT NULL, zip BLOB NOT NULL,
        PRIMARY KEY (target, number)
    )""",
    # mark: of the form that opened it, so that the form sent twice opens one.
    "ALTER TABLE recall ADD COLUMN mark TEXT",
    "CREATE UNIQUE INDEX recall_marked ON recall (mark) WHERE mark IS NOT NULL",
    # What the records of each lot are like. scores: JSON, profile to [met, asked]. gaps: codes, a
    # JSON list. judged: 0 for never. due: something is new.
    """CREATE TABLE judged_lot (
        lot TEXT PRIMARY KEY, sector TEXT NOT NULL DEFAULT '', scores TEXT NOT NULL DEFAULT '{}',
        gaps TEXT NOT NULL DEFAULT '[]', judged INTEGER NOT NULL DEFAULT 0,
        due INTEGER NOT NULL DEFAULT 1
    ) WITHOUT ROWID""",
    "CREATE INDEX judged_lot_due ON judged_lot (due, judged)",
    # How far the ledger was looked at for lots to judge: one row, or none.
    "CREATE TABLE judging (sequence INTEGER NOT NULL)",
)
"""What makes the tables, in order; a step that was shipped never changes."""
