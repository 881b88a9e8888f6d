-- Format 1 of a ledger file. Times are UTC. Nothing is ever updated or deleted, except in `ledger`.

CREATE TABLE ledger (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- One document or spreadsheet that was sent, with the report its sender got.
CREATE TABLE capture (
  capture_id VARCHAR PRIMARY KEY, record_time TIMESTAMP NOT NULL, organisation VARCHAR NOT NULL,
  file_name VARCHAR, digest BLOB, size BIGINT, status VARCHAR NOT NULL,
  accepted BIGINT NOT NULL, duplicate BIGINT NOT NULL, rejected BIGINT NOT NULL,
  warnings BIGINT NOT NULL, report VARCHAR USING COMPRESSION zstd
);

-- What events of one document need to be read again: prefixes and head.
CREATE TABLE envelope (
  envelope BIGINT NOT NULL, capture_id VARCHAR NOT NULL, syntax VARCHAR NOT NULL,
  kind VARCHAR NOT NULL, version VARCHAR NOT NULL, prefixes VARCHAR NOT NULL,
  head VARCHAR USING COMPRESSION zstd, digest BLOB NOT NULL
);

-- The log: one row per leaf, in order, without holes. kind: event, receipt, master_data.
CREATE TABLE entry (
  sequence BIGINT NOT NULL, kind VARCHAR NOT NULL, record_time TIMESTAMP NOT NULL,
  capture_id VARCHAR NOT NULL, organisation VARCHAR NOT NULL,
  salt BLOB NOT NULL, leaf BLOB NOT NULL
);

-- identity is the event id, or for an error declaration the event id and its content's digest.
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

-- An organisation that sent an event which another had sent before.
CREATE TABLE receipt (
  sequence BIGINT NOT NULL, event_sequence BIGINT NOT NULL, organisation VARCHAR NOT NULL,
  capture_id VARCHAR NOT NULL
);

-- Every object an event names. role: epc, parent, child, input, output.
CREATE TABLE reference (
  object VARCHAR NOT NULL, sequence BIGINT NOT NULL, event_time TIMESTAMP NOT NULL,
  role VARCHAR NOT NULL, quantity VARCHAR, uom VARCHAR
);

-- Raw marks of containment; intervals are derived, since a DELETE may arrive before its ADD.
-- content NULL: all of it. kind: aggregation, association.
CREATE TABLE mark (
  container VARCHAR, content VARCHAR, sequence BIGINT NOT NULL, event_time TIMESTAMP NOT NULL,
  kind VARCHAR NOT NULL, action VARCHAR NOT NULL, quantity VARCHAR, uom VARCHAR
);

-- An instance belongs to a lot.
CREATE TABLE membership (member VARCHAR NOT NULL, lot VARCHAR NOT NULL, sequence BIGINT NOT NULL);

-- Master data of lots and instances that events carry (ilmd), by expanded name.
CREATE TABLE ilmd (
  object VARCHAR NOT NULL, sequence BIGINT NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL
);

-- Master data of places, parties and products: each row a version; the latest sequence holds.
CREATE TABLE vocabulary_element (
  sequence BIGINT NOT NULL, vocabulary VARCHAR NOT NULL, id VARCHAR NOT NULL,
  canonical VARCHAR NOT NULL, attributes VARCHAR[], children VARCHAR[], digest BLOB NOT NULL,
  body VARCHAR USING COMPRESSION zstd
);
