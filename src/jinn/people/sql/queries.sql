-- name: homes
-- The one home of this hub, when it was made.
SELECT id, name_en, name_zh, lang FROM people_homes;

-- name: add_home
-- Fails when there is one: two hubs that start at once make one home.
INSERT INTO people_homes (id, place, name_en, name_zh, lang) VALUES (:id, 1, :name_en, :name_zh, :lang);

-- name: set_home
-- Its names and its language.
UPDATE people_homes SET name_en = :name_en, name_zh = :name_zh, lang = :lang WHERE id = :id;

-- name: areas
-- In the order in which they were made.
SELECT id, name_en, name_zh, aliases, floor FROM people_areas ORDER BY place, id;

-- name: add_area
INSERT INTO people_areas (id, name_en, name_zh, aliases, floor, place)
VALUES (:id, :name_en, :name_zh, :aliases, :floor, :place);

-- name: rename_area
UPDATE people_areas SET name_en = :name_en, name_zh = :name_zh, aliases = :aliases WHERE id = :id;

-- name: members
-- Oldest first.
SELECT id, name, role FROM people_members ORDER BY created_ms, id;

-- name: add_member
INSERT INTO people_members (id, name, role, created_ms) VALUES (:id, :name, :role, :created_ms);

-- name: remove_member
DELETE FROM people_members WHERE id = :id;

-- name: add_token
-- Only the digest is kept: who reads the database cannot come in with it.
INSERT INTO people_tokens (digest, kind, name, created_ms, expires_ms)
VALUES (:digest, :kind, :name, :created_ms, :expires_ms);

-- name: token
SELECT kind, name, expires_ms FROM people_tokens WHERE digest = :digest;

-- name: tokens
-- For a list of who is let in.
SELECT digest, kind, name, created_ms, expires_ms FROM people_tokens ORDER BY created_ms;

-- name: remove_token
DELETE FROM people_tokens WHERE digest = :digest;

-- name: add_pairing_code
INSERT INTO people_pairing_codes (digest, kind, expires_ms) VALUES (:digest, :kind, :expires_ms);

-- name: pairing_code
SELECT kind, expires_ms FROM people_pairing_codes WHERE digest = :digest;

-- name: use_pairing_code
-- Compare-and-set: a code lets in one caller, even when two claim it at once.
DELETE FROM people_pairing_codes WHERE digest = :digest;

-- name: forget_pairing_codes
DELETE FROM people_pairing_codes WHERE expires_ms < :now_ms;

-- name: add_broker_client
-- Fails when there is one of that name.
INSERT INTO people_broker_clients (name, digest, publish, subscribe, created_ms)
VALUES (:name, :digest, :publish, :subscribe, :created_ms);

-- name: broker_client
SELECT name, publish, subscribe FROM people_broker_clients WHERE digest = :digest;

-- name: broker_clients
-- For a list of who is let in.
SELECT name, publish, subscribe, created_ms FROM people_broker_clients ORDER BY created_ms, name;

-- name: remove_broker_client
DELETE FROM people_broker_clients WHERE name = :name;
