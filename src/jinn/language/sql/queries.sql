-- name: add_turn
-- Keeps one finished turn; `record` is the wire form, as JSON.
INSERT INTO turns (id, satellite, at_ms, record) VALUES (:id, :satellite, :at_ms, :record);

-- name: get_turn
-- One turn by its id.
SELECT record FROM turns WHERE id = :id;

-- name: last_turns
-- The newest turns first.
SELECT record FROM turns ORDER BY at_ms DESC, id DESC LIMIT :count;

-- name: forget_turns
-- Turns older than the time that the household lets us remember.
DELETE FROM turns WHERE at_ms < :before_ms;
