-- name: products
-- Every product with its newest model.
SELECT p.product_key, p.version, p.facts, m.document
FROM things_products AS p
JOIN things_models AS m ON m.product_key = p.product_key AND m.version = p.version;

-- name: product
-- One of them.
SELECT p.product_key, p.version, p.facts, m.document
FROM things_products AS p
JOIN things_models AS m ON m.product_key = p.product_key AND m.version = p.version
WHERE p.product_key = :product_key;

-- name: add_product
-- The first time that this product is seen.
INSERT INTO things_products (product_key, version, facts, created_ms) VALUES (:product_key, 1, :facts, :created_ms);

-- name: change_product
-- Compare-and-set: changes no row when another hub changed the product first.
UPDATE things_products SET version = :version, facts = :facts WHERE product_key = :product_key AND version = :was;

-- name: add_model
-- Models are added, never changed.
INSERT INTO things_models (product_key, version, document, created_ms)
VALUES (:product_key, :version, :document, :created_ms);

-- name: things
-- Every thing of the home, oldest first.
SELECT id, product_key, device_name, device_secret, name_en, name_zh, aliases, area, gateway, is_enabled, created_ms
FROM things_things ORDER BY created_ms, id;

-- name: thing
-- One of them.
SELECT id, product_key, device_name, device_secret, name_en, name_zh, aliases, area, gateway, is_enabled, created_ms
FROM things_things WHERE id = :id;

-- name: add_thing
-- UNIQUE keeps one thing for each device.
INSERT INTO things_things
    (id, product_key, device_name, device_secret, name_en, name_zh, aliases, area, gateway, is_enabled, created_ms)
VALUES
    (:id, :product_key, :device_name, :device_secret, :name_en, :name_zh, :aliases, :area, :gateway, :is_enabled,
     :created_ms);

-- name: change_thing
-- Its names, its place and whether it may connect; never its identity.
UPDATE things_things
SET name_en = :name_en, name_zh = :name_zh, aliases = :aliases, area = :area, gateway = :gateway,
    is_enabled = :is_enabled
WHERE id = :id;

-- name: remake_thing
-- It is of another product; only things behind a bridge ever are.
UPDATE things_things SET product_key = :product_key WHERE id = :id;

-- name: remove_thing
-- What it said and did goes with it, by the statements that follow.
DELETE FROM things_things WHERE id = :id;

-- name: remove_twin
DELETE FROM things_twins WHERE thing = :id;

-- name: remove_events
DELETE FROM things_events WHERE thing = :id;

-- name: remove_commands
DELETE FROM things_commands WHERE thing = :id;

-- name: remove_tags
DELETE FROM things_tags WHERE thing = :id;

-- name: add_twin
-- A thing that has said nothing yet.
INSERT INTO things_twins
    (thing, version, reported, desired, recent, is_online, seen_ms, door, session, firmware, shadow_version, shadow)
VALUES (:thing, 0, '{}', '{}', '', 0, NULL, NULL, NULL, '{}', 0, '{}');

-- name: twin
-- One thing's twin.
SELECT thing, version, reported, desired, recent, is_online, seen_ms, door, session, firmware, shadow_version, shadow
FROM things_twins WHERE thing = :thing;

-- name: twins
-- All of them: what a hub reads when it starts.
SELECT thing, version, reported, desired, recent, is_online, seen_ms, door, session, firmware, shadow_version, shadow
FROM things_twins;

-- name: save_twin
-- Compare-and-set on the version: touches no row when another hub was first.
UPDATE things_twins
SET version = :version, reported = :reported, desired = :desired, recent = :recent, is_online = :is_online,
    seen_ms = :seen_ms, door = :door, session = :session
WHERE thing = :thing AND version = :was;

-- name: save_firmware
-- Beside `save_twin`, since it changes once in months.
UPDATE things_twins SET firmware = :firmware WHERE thing = :thing;

-- name: save_shadow
-- Compare-and-set on the shadow's own version, which its device counts.
UPDATE things_twins SET shadow = :shadow, shadow_version = :version
WHERE thing = :thing AND shadow_version = :was;

-- name: twins_of_door
-- Which things a door held.
SELECT thing FROM things_twins WHERE door = :door AND is_online = 1;

-- name: add_event
-- Something that happened to a thing.
INSERT INTO things_events (id, thing, event, at_ms, outputs) VALUES (:id, :thing, :event, :at_ms, :outputs);

-- name: trim_events
-- Keeps the newest `kept` of one event of one thing; ids sort by time.
DELETE FROM things_events
WHERE thing = :thing AND event = :event AND id <= (
    SELECT id FROM things_events WHERE thing = :thing AND event = :event ORDER BY id DESC LIMIT 1 OFFSET :kept
);

-- name: events_of_thing
-- The newest first.
SELECT id, event, at_ms, outputs FROM things_events WHERE thing = :thing ORDER BY id DESC LIMIT :count_max;

-- name: add_command
-- Before it is sent, so that a killed hub leaves a trace of what it asked.
INSERT INTO things_commands (id, thing, service, asked, asked_by, at_ms, expires_ms)
VALUES (:id, :thing, :service, :asked, :asked_by, :at_ms, :expires_ms);

-- name: end_command
-- Once: an outcome is never changed.
UPDATE things_commands SET outcome = :outcome, code = :code, reported = :reported, ended_ms = :ended_ms
WHERE id = :id AND outcome IS NULL;

-- name: abandon_commands
-- What was asked by a hub that is gone, and whose time is over.
UPDATE things_commands SET outcome = 'timed_out', code = 'abandoned', ended_ms = :now_ms
WHERE outcome IS NULL AND expires_ms < :now_ms;

-- name: commands_of_thing
-- The newest first.
SELECT id, service, asked, asked_by, at_ms, expires_ms, outcome, code, reported, ended_ms
FROM things_commands WHERE thing = :thing ORDER BY id DESC LIMIT :count_max;

-- name: trim_commands
-- Keeps the newest `kept` of one thing.
DELETE FROM things_commands
WHERE thing = :thing AND id <= (
    SELECT id FROM things_commands WHERE thing = :thing ORDER BY id DESC LIMIT 1 OFFSET :kept
);

-- name: accesses
-- Which products' devices may enrol by themselves.
SELECT product_key, secret, is_open FROM things_product_access;

-- name: set_access
INSERT INTO things_product_access (product_key, secret, is_open) VALUES (:product_key, :secret, :is_open)
ON CONFLICT (product_key) DO UPDATE SET secret = excluded.secret, is_open = excluded.is_open;

-- name: remove_access
DELETE FROM things_product_access WHERE product_key = :product_key;

-- name: permits
-- Which devices gateways may bring.
SELECT gateway, product_key, device_name, until_ms FROM things_permits;

-- name: set_permit
INSERT INTO things_permits (gateway, product_key, device_name, until_ms)
VALUES (:gateway, :product_key, :device_name, :until_ms)
ON CONFLICT (gateway, product_key, device_name) DO UPDATE SET until_ms = excluded.until_ms;

-- name: forget_old_permits
DELETE FROM things_permits WHERE until_ms < :now_ms;

-- name: remove_permits
DELETE FROM things_permits WHERE gateway = :id;

-- name: enrolments
SELECT thing, state FROM things_enrolments;

-- name: give_secret
-- Compare-and-set: touches no row when the secret was given already and nobody has freed it since.
INSERT INTO things_enrolments (thing, state) VALUES (:thing, 'given')
ON CONFLICT (thing) DO UPDATE SET state = 'given' WHERE things_enrolments.state = 'free';

-- name: free_enrolment
INSERT INTO things_enrolments (thing, state) VALUES (:thing, 'free')
ON CONFLICT (thing) DO UPDATE SET state = 'free';

-- name: remove_enrolment
DELETE FROM things_enrolments WHERE thing = :id;

-- name: device_token
SELECT client_id, digest FROM things_device_tokens WHERE thing = :thing;

-- name: set_device_token
INSERT INTO things_device_tokens (thing, client_id, digest) VALUES (:thing, :client_id, :digest)
ON CONFLICT (thing) DO UPDATE SET client_id = excluded.client_id, digest = excluded.digest;

-- name: remove_device_token
DELETE FROM things_device_tokens WHERE thing = :id;

-- name: configs
-- All of them without their text.
SELECT owner, id, size, sha256, created_ms FROM things_configs;

-- name: config_document
SELECT owner, document FROM things_configs WHERE id = :id;

-- name: set_config
INSERT INTO things_configs (owner, id, document, size, sha256, created_ms)
VALUES (:owner, :id, :document, :size, :sha256, :created_ms)
ON CONFLICT (owner) DO UPDATE SET id = excluded.id, document = excluded.document, size = excluded.size,
    sha256 = excluded.sha256, created_ms = excluded.created_ms;

-- name: remove_config
DELETE FROM things_configs WHERE owner = :id;

-- name: quiet
SELECT thing FROM things_quiet;

-- name: add_quiet
INSERT INTO things_quiet (thing) VALUES (:thing) ON CONFLICT (thing) DO NOTHING;

-- name: remove_quiet
DELETE FROM things_quiet WHERE thing = :id;

-- name: add_log
INSERT INTO things_logs (id, thing, at_ms, level, module, text) VALUES (:id, :thing, :at_ms, :level, :module, :text);

-- name: trim_logs
-- Keeps the newest `kept` lines of one thing.
DELETE FROM things_logs
WHERE thing = :thing AND id <= (
    SELECT id FROM things_logs WHERE thing = :thing ORDER BY id DESC LIMIT 1 OFFSET :kept
);

-- name: logs_of_thing
-- The newest first.
SELECT at_ms, level, module, text FROM things_logs WHERE thing = :thing ORDER BY id DESC LIMIT :count_max;

-- name: remove_logs
DELETE FROM things_logs WHERE thing = :id;

-- name: set_tag
INSERT INTO things_tags (thing, tag, value) VALUES (:thing, :tag, :value)
ON CONFLICT (thing, tag) DO UPDATE SET value = excluded.value;

-- name: delete_tag
DELETE FROM things_tags WHERE thing = :thing AND tag = :tag;

-- name: tags_of_thing
SELECT tag, value FROM things_tags WHERE thing = :thing ORDER BY tag;

-- name: trim_tags
-- Keeps the first `kept` tags of one thing, by name.
DELETE FROM things_tags
WHERE thing = :thing AND tag > (
    SELECT tag FROM things_tags WHERE thing = :thing ORDER BY tag LIMIT 1 OFFSET :kept - 1
);

-- name: round_trips
-- How long things took, on average, to report what was asked of them; the slowest first.
SELECT thing, AVG(ended_ms - at_ms) AS ms FROM things_commands
WHERE outcome = 'confirmed' AND at_ms > :since_ms
GROUP BY thing ORDER BY ms DESC;
