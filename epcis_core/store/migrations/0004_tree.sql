-- Format 4: the tree over the leaves (RFC 9162), so that every entry can be proven without reading
-- the whole log. Filled from the leaves that are there.
--
-- nodes: the hashes of the nodes above the leaf that became full with it, of level 1, 2 and so on, 32
-- bytes each; empty for every other leaf. Node `number` of a level became full with leaf
-- ((number + 1) << level) - 1.
ALTER TABLE entry ADD COLUMN nodes BLOB;
