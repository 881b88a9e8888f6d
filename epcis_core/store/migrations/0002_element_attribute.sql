-- Format 2: what master data say, attribute by attribute, so that queries find it.
--
-- name: the attribute's id in its one spelling. value: text, a number as written; NULL for an object
-- of members. is_null: the version names the attribute and says nothing under it.
CREATE TABLE element_attribute (
  sequence BIGINT NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, value VARCHAR,
  is_null BOOLEAN NOT NULL
);

-- Of numbers in elements of format 1 the value alone is known here: 1.50 has become 1.5.
INSERT INTO element_attribute
SELECT
  sequence,
  position - 1,
  replace(attributes[position], 'urn:epcglobal:cbv:mda#', 'urn:epcglobal:cbv:mda:'),
  CASE WHEN json_type(said, '$.attribute') <> 'OBJECT' THEN said ->> '$.attribute' END,
  json_type(said, '$.attribute') IS NULL
FROM (
  SELECT sequence, attributes, position,
    json_extract(body, '$.attributes[' || (position - 1) || ']') AS said
  FROM (
    SELECT sequence, attributes, body, unnest(range(1, len(attributes) + 1)) AS position
    FROM vocabulary_element WHERE body IS NOT NULL
  )
)
ORDER BY sequence, position;
