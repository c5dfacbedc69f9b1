-- name: ignored
-- Found devices that nobody wants to see.
SELECT id FROM mqtt_ignored;

-- name: ignore
-- Twice changes nothing.
INSERT INTO mqtt_ignored (id, at_ms) VALUES (:id, :at_ms) ON CONFLICT (id) DO NOTHING;

-- name: heed
DELETE FROM mqtt_ignored WHERE id = :id;
