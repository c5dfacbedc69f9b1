-- name: functions
-- Every function with what runs of it.
SELECT name, active, trial, stage, good, bad, is_enabled, problem, kept FROM functions_functions ORDER BY name;

-- name: versions
-- Every version that is kept, oldest first.
SELECT name, version, manifest, signature, sha256, added_ms FROM functions_versions ORDER BY name, version;

-- name: code
-- One piece of code, base64.
SELECT code FROM functions_code WHERE sha256 = :sha256;

-- name: add_version
-- A version can be added once.
INSERT INTO functions_versions (name, version, manifest, signature, sha256, added_ms)
VALUES (:name, :version, :manifest, :signature, :sha256, :added_ms);

-- name: add_code
-- The same code twice is kept once.
INSERT INTO functions_code (sha256, code) VALUES (:sha256, :code) ON CONFLICT (sha256) DO NOTHING;

-- name: put_function
-- How a function stands now.
INSERT INTO functions_functions (name, active, trial, stage, good, bad, is_enabled, problem, kept, changed_ms)
VALUES (:name, :active, :trial, :stage, :good, :bad, :is_enabled, :problem, :kept, :changed_ms)
ON CONFLICT (name) DO UPDATE SET active = excluded.active, trial = excluded.trial, stage = excluded.stage,
good = excluded.good, bad = excluded.bad, is_enabled = excluded.is_enabled, problem = excluded.problem,
kept = excluded.kept, changed_ms = excluded.changed_ms;

-- name: forget_versions
-- Versions older than the ones that may be gone back to.
DELETE FROM functions_versions WHERE name = :name AND version < :before;

-- name: forget_function
DELETE FROM functions_functions WHERE name = :name;

-- name: forget_code
-- Code that no version names any more.
DELETE FROM functions_code WHERE sha256 NOT IN (SELECT sha256 FROM functions_versions);

-- name: forget_failures
DELETE FROM functions_failures WHERE name = :name;

-- name: add_failure
INSERT INTO functions_failures (id, name, version, thing, at_ms, problem, sentence)
VALUES (:id, :name, :version, :thing, :at_ms, :problem, :sentence);

-- name: trim_failures
-- Only the newest are kept.
DELETE FROM functions_failures WHERE name = :name AND id NOT IN (
    SELECT id FROM functions_failures WHERE name = :name ORDER BY id DESC LIMIT :kept
);

-- name: failures
-- The newest first.
SELECT version, thing, at_ms, problem, sentence FROM functions_failures WHERE name = :name ORDER BY id DESC LIMIT :count;

-- name: add_unheard
INSERT INTO functions_unheard (name, key, seq, at_ms, event) VALUES (:name, :key, :seq, :at_ms, :event)
ON CONFLICT (name, key) DO NOTHING;

-- name: heard
DELETE FROM functions_unheard WHERE name = :name AND key = :key;

-- name: unheard
-- In the order in which it was committed.
SELECT name, key, at_ms, event FROM functions_unheard ORDER BY seq LIMIT :count_max;

-- name: forget_unheard
DELETE FROM functions_unheard WHERE name = :name;
