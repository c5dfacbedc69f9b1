-- name: rules
-- All of them, oldest first, each with when it ran last.
SELECT r.id, r.version, r.draft, r.problem, r.created_ms, r.changed_ms,
    (SELECT max(n.at_ms) FROM edge_runs AS n WHERE n.rule = r.id AND n.outcome <> 'conditions_not_met') AS last_run_ms
FROM edge_rules AS r ORDER BY r.created_ms, r.id;

-- name: add_rule
INSERT INTO edge_rules (id, version, draft, problem, created_ms, changed_ms)
VALUES (:id, 1, :draft, NULL, :created_ms, :created_ms);

-- name: change_rule
-- Compare-and-set: changes no row when another hub changed the rule first.
UPDATE edge_rules SET version = :version, draft = :draft, problem = NULL, changed_ms = :changed_ms
WHERE id = :id AND version = :was;

-- name: trouble_rule
UPDATE edge_rules SET problem = :problem WHERE id = :id;

-- name: remove_rule
DELETE FROM edge_rules WHERE id = :id;

-- name: remove_drafts
DELETE FROM edge_drafts WHERE rule = :id;

-- name: remove_runs
DELETE FROM edge_runs WHERE rule = :id;

-- name: remove_timers
DELETE FROM edge_timers WHERE rule = :id;

-- name: keep_draft
INSERT INTO edge_drafts (rule, version, draft, changed_by, at_ms) VALUES (:id, :version, :draft, :changed_by, :at_ms);

-- name: trim_drafts
DELETE FROM edge_drafts WHERE rule = :id AND version <= :oldest;

-- name: drafts_of_rule
-- The newest first.
SELECT version, draft, changed_by, at_ms FROM edge_drafts WHERE rule = :rule ORDER BY version DESC;

-- name: scenes
SELECT id, scene, created_ms FROM edge_scenes ORDER BY created_ms, id;

-- name: keep_scene
INSERT INTO edge_scenes (id, scene, created_ms) VALUES (:id, :scene, :created_ms)
ON CONFLICT (id) DO UPDATE SET scene = excluded.scene;

-- name: remove_scene
DELETE FROM edge_scenes WHERE id = :id;

-- name: begin_run
INSERT INTO edge_runs
    (id, rule, rule_version, cause_key, cause, because, at_ms, outcome, found, did, step, resume_ms)
VALUES
    (:id, :rule, :rule_version, :cause_key, :cause, :because, :at_ms, :outcome, :found, :did, :step, :resume_ms);

-- name: note_run
-- A run that did nothing; told twice, it is kept once.
INSERT INTO edge_runs
    (id, rule, rule_version, cause_key, cause, because, at_ms, outcome, found, did, step, resume_ms)
VALUES
    (:id, :rule, :rule_version, :cause_key, :cause, :because, :at_ms, :outcome, :found, :did, :step, :resume_ms)
ON CONFLICT DO NOTHING;

-- name: save_run
-- How far it is. A run that has ended is never changed.
UPDATE edge_runs SET outcome = :outcome, did = :did, step = :step, resume_ms = :resume_ms
WHERE id = :id AND outcome = 'running';

-- name: cut_run
-- It did not come to its end; what it did until then stays.
UPDATE edge_runs SET outcome = 'cut_off', resume_ms = NULL WHERE id = :id AND outcome = 'running';

-- name: trim_runs
-- Keeps the newest `kept` of one rule, and those that still run; ids sort by time.
DELETE FROM edge_runs
WHERE rule = :rule AND outcome <> 'running' AND id <= (
    SELECT id FROM edge_runs WHERE rule = :rule ORDER BY id DESC LIMIT 1 OFFSET :kept
);

-- name: runs_of_rule
-- The newest first.
SELECT id, rule, rule_version, cause, because, at_ms, outcome, found, did, step, resume_ms
FROM edge_runs WHERE rule = :rule ORDER BY id DESC LIMIT :count_max;

-- name: run
SELECT id, rule, rule_version, cause, because, at_ms, outcome, found, did, step, resume_ms
FROM edge_runs WHERE id = :id;

-- name: open_runs
-- Begun and not ended: by a hub that is gone, when a hub starts.
SELECT id, rule, rule_version, cause, because, at_ms, outcome, found, did, step, resume_ms
FROM edge_runs WHERE outcome = 'running' ORDER BY id;

-- name: arm
INSERT INTO edge_timers (rule, place, cause, due_ms) VALUES (:rule, :place, :cause, :due_ms)
ON CONFLICT (rule, place) DO UPDATE SET cause = excluded.cause, due_ms = excluded.due_ms;

-- name: disarm
DELETE FROM edge_timers WHERE rule = :rule AND place = :place;

-- name: timers
SELECT rule, place, cause, due_ms FROM edge_timers;

-- name: people
SELECT person, is_home, at_ms FROM edge_people ORDER BY person;

-- name: keep_person
INSERT INTO edge_people (person, is_home, at_ms) VALUES (:person, :is_home, :at_ms)
ON CONFLICT (person) DO UPDATE SET is_home = excluded.is_home, at_ms = excluded.at_ms;

-- name: keep_mark
INSERT INTO edge_marks (name, at_ms) VALUES (:name, :at_ms)
ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms;

-- name: mark
SELECT at_ms FROM edge_marks WHERE name = :name;

-- name: add_unheard
-- Told twice, it is kept once.
INSERT INTO edge_unheard (reader, key, seq, at_ms, body) VALUES (:reader, :key, :seq, :at_ms, :body)
ON CONFLICT (reader, key) DO NOTHING;

-- name: heard
DELETE FROM edge_unheard WHERE reader = :reader AND key = :key;

-- name: unheard
-- In the order in which it was committed.
SELECT key, at_ms, body FROM edge_unheard
WHERE reader = :reader AND (at_ms < :before_ms OR at_ms > :after_ms) ORDER BY seq LIMIT :count_max;

-- name: run_of_cause
SELECT id FROM edge_runs WHERE rule = :rule AND cause_key = :cause_key;
