-- Format 1 of a ledger file. Times are UTC. Nothing is ever updated or deleted, except in `ledger`.
-- Every row that an event brings has the event's sequence, so that a table which a later format
-- adds can be filled from event.body with envelope.prefixes and joined; no row here is rewritten.

CREATE TABLE ledger (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- One document that was sent, with the report its sender got, also where nothing was stored.
-- digest: SHA-256 of the bytes. head_digest: of what it says beside its events, and how to read it.
CREATE TABLE capture (
  capture_id VARCHAR PRIMARY KEY, record_time TIMESTAMP NOT NULL, organisation VARCHAR NOT NULL,
  file_name VARCHAR NOT NULL, digest BLOB NOT NULL, size BIGINT NOT NULL, head_digest BLOB,
  status VARCHAR NOT NULL, accepted BIGINT NOT NULL, duplicate BIGINT NOT NULL,
  rejected BIGINT NOT NULL, warnings BIGINT NOT NULL, report VARCHAR USING COMPRESSION zstd
);

-- What the entries of one capture need to be read again. prefixes: a JSON object; contexts: the
-- addresses of JSON-LD contexts that are not known here. sequence: the head's own entry in the log;
-- a bare event has no head and none.
CREATE TABLE envelope (
  envelope BIGINT NOT NULL, sequence BIGINT, capture_id VARCHAR NOT NULL, syntax VARCHAR NOT NULL,
  kind VARCHAR NOT NULL, version VARCHAR NOT NULL, prefixes VARCHAR NOT NULL,
  contexts VARCHAR[] NOT NULL, head VARCHAR USING COMPRESSION zstd
);

-- The log: one row per leaf, in order, without holes. kind: event, receipt, master_data, document.
CREATE TABLE entry (
  sequence BIGINT NOT NULL, kind VARCHAR NOT NULL, record_time TIMESTAMP NOT NULL,
  capture_id VARCHAR NOT NULL, organisation VARCHAR NOT NULL,
  salt BLOB NOT NULL, leaf BLOB NOT NULL
);

-- identity is the event id, or for an error declaration the event id and its content's digest.
-- places are canonical: read point, business location, and locations of sources and destinations;
-- parties are the other ends of sources and destinations. retracts: the id of the event that an
-- error declaration is about. body: the event as received; NULL once a law had it erased.
CREATE TABLE event (
  sequence BIGINT NOT NULL, record_time TIMESTAMP NOT NULL, capture_id VARCHAR NOT NULL,
  envelope BIGINT NOT NULL, position BIGINT NOT NULL, organisation VARCHAR NOT NULL,
  identity VARCHAR NOT NULL, event_id VARCHAR NOT NULL, minted BOOLEAN NOT NULL,
  event_type VARCHAR NOT NULL, event_time TIMESTAMP NOT NULL, event_offset VARCHAR NOT NULL,
  action VARCHAR, biz_step VARCHAR, disposition VARCHAR, read_point VARCHAR, biz_location VARCHAR,
  transformation_id VARCHAR, transactions VARCHAR[], sources VARCHAR[], destinations VARCHAR[],
  parties VARCHAR[], places VARCHAR[],
  retracts VARCHAR, declared_at TIMESTAMP, reason VARCHAR, corrective VARCHAR[],
  hash VARCHAR NOT NULL, hash_variant VARCHAR NOT NULL, content BLOB NOT NULL,
  body VARCHAR USING COMPRESSION zstd
);
CREATE UNIQUE INDEX event_identity ON event (identity);

-- An organisation that sent an event which another had sent before, and how it wrote the event.
CREATE TABLE receipt (
  sequence BIGINT NOT NULL, event_sequence BIGINT NOT NULL, capture_id VARCHAR NOT NULL,
  envelope BIGINT NOT NULL, organisation VARCHAR NOT NULL, body VARCHAR USING COMPRESSION zstd
);

-- Every object an event names, in the event's order. role: epc, parent, child, input, output.
-- is_class: it stands in a quantity list.
CREATE TABLE reference (
  object VARCHAR NOT NULL, sequence BIGINT NOT NULL, position INTEGER NOT NULL,
  event_time TIMESTAMP NOT NULL, role VARCHAR NOT NULL, is_class BOOLEAN NOT NULL,
  quantity VARCHAR, uom VARCHAR
);

-- Raw marks of containment; intervals are derived, since a DELETE may arrive before its ADD.
-- content NULL: all of it. kind: aggregation, association.
CREATE TABLE mark (
  container VARCHAR, content VARCHAR, sequence BIGINT NOT NULL, event_time TIMESTAMP NOT NULL,
  kind VARCHAR NOT NULL, action VARCHAR NOT NULL, quantity VARCHAR, uom VARCHAR
);

-- An instance belongs to a lot.
CREATE TABLE membership (member VARCHAR NOT NULL, lot VARCHAR NOT NULL, sequence BIGINT NOT NULL);

-- Master data of lots and instances that events carry (ilmd), by expanded name, in their order.
CREATE TABLE ilmd (
  object VARCHAR NOT NULL, sequence BIGINT NOT NULL, position INTEGER NOT NULL,
  name VARCHAR NOT NULL, value VARCHAR NOT NULL
);

-- Master data of places, parties and products: each row a version; the latest sequence holds.
-- names: what people call it. attributes: ids of its attributes. children: canonical.
CREATE TABLE vocabulary_element (
  sequence BIGINT NOT NULL, envelope BIGINT NOT NULL, organisation VARCHAR NOT NULL,
  vocabulary VARCHAR NOT NULL, id VARCHAR NOT NULL, canonical VARCHAR NOT NULL,
  names VARCHAR[] NOT NULL, attributes VARCHAR[] NOT NULL, children VARCHAR[] NOT NULL,
  digest BLOB NOT NULL, body VARCHAR USING COMPRESSION zstd
);
