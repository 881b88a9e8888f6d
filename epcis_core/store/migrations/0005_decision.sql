-- Format 5: what a law lets go, and the decisions by which it goes. An event that was erased has no
-- row in any other table than `entry`, where its salt is empty, and `erased`.
--
-- decision: an entry of kind `decision`. kind: erase, hold, release. body: the decision as JSON, which
-- its leaf commits to; signature: the log's, under the body's digest.
CREATE TABLE decision (
  sequence BIGINT NOT NULL, kind VARCHAR NOT NULL, body VARCHAR NOT NULL, signature VARCHAR NOT NULL
);

-- One event or receipt whose content was erased. decision: the sequence of the decision by which it
-- was. event_id: as its sender gave it; NULL where it was made of the content. declares: it was an
-- error declaration, or a receipt for one. objects: what it named, as far as events that are kept
-- name it too.
CREATE TABLE erased (
  sequence BIGINT NOT NULL, decision BIGINT NOT NULL, event_id VARCHAR, declares BOOLEAN NOT NULL,
  envelope BIGINT NOT NULL, objects VARCHAR[] NOT NULL
);
