-- name: add
-- A new note.
INSERT INTO notes (id, body, version, weight) VALUES (:id, :body, 0, :weight);

-- name: change
-- Compare-and-set.
UPDATE notes SET body = :body, version = version + 1 WHERE id = :id AND version = :version;

-- name: change_all
UPDATE notes SET body = :body;

-- name: lower
UPDATE notes SET version = -1 WHERE id = :id;

-- name: forget_body
UPDATE notes SET body = NULL WHERE id = :id;

-- name: one
SELECT id, body, version, weight, author FROM notes WHERE id = :id;

-- name: count_all
SELECT count(*) AS notes FROM notes;

-- name: tag
INSERT INTO tags (note, tag) VALUES (:note, :tag);

-- name: pairs
-- Heavy on purpose: more steps than a look in an index.
SELECT count(*) AS pairs FROM notes AS a, notes AS b WHERE a.body <> b.id OR a.id <> b.body;
