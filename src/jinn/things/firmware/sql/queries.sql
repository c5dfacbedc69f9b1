-- name: images
-- The newest first.
SELECT id, product_key, module, version, counter, size, sha256, manifest, notes_en, notes_zh, added_ms
FROM firmware_images ORDER BY added_ms DESC, id DESC;

-- name: image
SELECT id, product_key, module, version, counter, size, sha256, manifest, notes_en, notes_zh, added_ms
FROM firmware_images WHERE id = :id;

-- name: newest_image
-- Of one product and module.
SELECT id, product_key, module, version, counter, size, sha256, manifest, notes_en, notes_zh, added_ms
FROM firmware_images WHERE product_key = :product_key AND module = :module ORDER BY counter DESC LIMIT 1;

-- name: add_image
-- UNIQUE keeps one image for each version and each counter.
INSERT INTO firmware_images
    (id, product_key, module, version, counter, size, sha256, manifest, notes_en, notes_zh, added_ms)
VALUES
    (:id, :product_key, :module, :version, :counter, :size, :sha256, :manifest, :notes_en, :notes_zh, :added_ms);

-- name: rollouts
-- The newest first.
SELECT id, image, state, percent, things, failure_limit_percent, at_once, total, created_ms, reason_en, reason_zh,
    revision
FROM firmware_rollouts ORDER BY created_ms DESC, id DESC LIMIT :count_max;

-- name: open_rollouts
-- Those that have something to do, or may have it again; and ended ones while a thing of theirs is on its way.
SELECT id, image, state, percent, things, failure_limit_percent, at_once, total, created_ms, reason_en, reason_zh,
    revision
FROM firmware_rollouts
WHERE open_for IS NOT NULL OR id IN (
    SELECT rollout FROM firmware_updates WHERE state IN ('sent', 'downloading', 'verifying', 'installing')
)
ORDER BY created_ms, id;

-- name: rollout
SELECT id, image, state, percent, things, failure_limit_percent, at_once, total, created_ms, reason_en, reason_zh,
    revision
FROM firmware_rollouts WHERE id = :id;

-- name: add_rollout
INSERT INTO firmware_rollouts
    (id, image, state, percent, things, failure_limit_percent, at_once, total, created_ms, reason_en, reason_zh,
     revision, open_for)
VALUES
    (:id, :image, :state, :percent, :things, :failure_limit_percent, :at_once, :total, :created_ms, :reason_en,
     :reason_zh, 0, :open_for);

-- name: change_rollout
-- Compare-and-set: changes no row when another hub, or another hand, was first.
UPDATE firmware_rollouts
SET state = :state, percent = :percent, reason_en = :reason_en, reason_zh = :reason_zh, revision = :revision,
    open_for = :open_for
WHERE id = :id AND revision = :was;

-- name: hold_rollout
-- Changes nothing: what is written with it is not, when the rollout has been changed since it was read.
UPDATE firmware_rollouts SET revision = revision WHERE id = :id AND revision = :was;

-- name: counts
-- How many updates of one rollout are in which state.
SELECT state, COUNT(*) AS updates FROM firmware_updates WHERE rollout = :rollout GROUP BY state;

-- name: updates
-- Of one rollout, what happened last first.
SELECT rollout, thing, rank, joins_at, state, percent, changed_ms, code, message, pushes, session,
    revision
FROM firmware_updates WHERE rollout = :rollout ORDER BY changed_ms DESC, rank LIMIT :count_max;

-- name: updates_in_flight
-- Told and not at an end; few, since only so many are let in at once.
SELECT rollout, thing, rank, joins_at, state, percent, changed_ms, code, message, pushes, session,
    revision
FROM firmware_updates
WHERE rollout = :rollout AND state IN ('sent', 'downloading', 'verifying', 'installing') ORDER BY rank;

-- name: updates_waiting
-- Those that are let in and not told yet.
SELECT rollout, thing, rank, joins_at, state, percent, changed_ms, code, message, pushes, session,
    revision
FROM firmware_updates
WHERE rollout = :rollout AND state = 'waiting'
    AND ((joins_at = 0 AND rank < :invited) OR (joins_at > 0 AND joins_at <= :percent))
ORDER BY rank;

-- name: let_in_count
SELECT COUNT(*) AS let_in FROM firmware_updates
WHERE rollout = :rollout AND ((joins_at = 0 AND rank < :invited) OR (joins_at > 0 AND joins_at <= :percent));

-- name: things_of_rollout
SELECT thing FROM firmware_updates WHERE rollout = :rollout;

-- name: stop_waiting
-- Those that nobody has told yet.
UPDATE firmware_updates SET state = 'stopped', changed_ms = :now_ms, revision = revision + 1
WHERE rollout = :rollout AND state = 'waiting';

-- name: update
SELECT rollout, thing, rank, joins_at, state, percent, changed_ms, code, message, pushes, session,
    revision
FROM firmware_updates WHERE rollout = :rollout AND thing = :thing;

-- name: updates_of_thing
-- The newest rollout first; their ids sort by time.
SELECT rollout, thing, rank, joins_at, state, percent, changed_ms, code, message, pushes, session,
    revision
FROM firmware_updates WHERE thing = :thing ORDER BY rollout DESC LIMIT 2;

-- name: things_of_open_rollouts
-- Whose word about firmware matters.
SELECT u.thing FROM firmware_updates AS u JOIN firmware_rollouts AS r ON r.id = u.rollout
WHERE r.open_for IS NOT NULL OR u.state IN ('sent', 'downloading', 'verifying', 'installing');

-- name: add_update
INSERT INTO firmware_updates
    (rollout, thing, rank, joins_at, state, percent, changed_ms, code, message, pushes, session, revision)
VALUES (:rollout, :thing, :rank, :joins_at, 'waiting', 0, :changed_ms, '', '', 0, '', 0);

-- name: change_update
-- Compare-and-set: changes no row when another hub was first.
UPDATE firmware_updates
SET state = :state, percent = :percent, changed_ms = :changed_ms, code = :code, message = :message, pushes = :pushes,
    session = :session, revision = :revision
WHERE rollout = :rollout AND thing = :thing AND revision = :was;

-- name: add_said
INSERT INTO firmware_said (id, thing, kind, module, version, step, description, reply, message_id, at_ms)
VALUES (:id, :thing, :kind, :module, :version, :step, :description, :reply, :message_id, :at_ms);

-- name: oldest_said
-- Ids sort as the messages came.
SELECT id, thing, kind, module, version, step, description, reply, message_id, at_ms
FROM firmware_said ORDER BY id LIMIT :count_max;

-- name: forget_said
-- Once: touches no row when another hub has heeded it.
DELETE FROM firmware_said WHERE id = :id;

-- name: things_with_tag
SELECT thing FROM things_tags WHERE tag = :tag AND value = :value;
