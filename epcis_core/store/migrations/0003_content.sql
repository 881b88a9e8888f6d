-- Format 3: what events say beside the columns of `event` and the rows of `reference`: extensions,
-- sensors, persistent dispositions, and terms whose prefix had to be spelled out; so that queries
-- find it without reading a body. Filled from the bodies of the events that are there.
--
-- part: where it stands: event, ilmd, error_declaration, read_point, biz_location, sensor_element,
-- sensor_metadata, sensor_report (extensions); sensor (the standard's fields of metadata and
-- reports); set, unset (persistent dispositions); or a column of `event`, of which it is another
-- spelling. inside: at any depth below a field that stands directly in the part. name: the field's
-- with its namespace spelled out; written: as written. kind: text, number,
-- numeral (text that is a number), time (text that is one), boolean, object.
-- value: as written, a term as bare word or URI; NULL for an object. key: of text that is an
-- identifier or term, its one spelling where that is another. uom: of a sensor's number. rank: what
-- sorts before what, of numbers and times.
CREATE TABLE content (
  sequence BIGINT NOT NULL, position INTEGER NOT NULL, part VARCHAR NOT NULL,
  inside BOOLEAN NOT NULL, name VARCHAR NOT NULL, written VARCHAR NOT NULL, kind VARCHAR NOT NULL,
  value VARCHAR, key VARCHAR, uom VARCHAR, rank VARCHAR
);
