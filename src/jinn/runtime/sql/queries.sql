-- name: keep_event
-- An event, in the same change as what it tells of.
INSERT INTO outbox (id, subject, payload, at_ms) VALUES (:id, :subject, :payload, :at_ms);

-- name: oldest_events
-- Ids sort by time, so this is the order in which they were made.
SELECT id, subject, payload FROM outbox ORDER BY id LIMIT :count_max;

-- name: forget_event
-- The stream has acknowledged it.
DELETE FROM outbox WHERE id = :id;

-- name: count_events
-- How many wait: a figure for the health page.
SELECT count(*) AS waiting FROM outbox;
