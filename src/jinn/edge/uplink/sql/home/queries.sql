-- name: state
-- `seq`: the newest row of the log; `whole`: the one with which all things were told; `heard`: the region's newest wish.
SELECT epoch, seq, whole, heard FROM uplink_state WHERE home = :home;

-- name: begin
INSERT INTO uplink_state (home, epoch, seq, whole, heard) VALUES (:home, :epoch, 0, 0, 0) ON CONFLICT (home) DO NOTHING;

-- name: forget_log
-- Of a home that was called otherwise.
DELETE FROM uplink_log WHERE NOT EXISTS (SELECT 1 FROM uplink_state WHERE home = :home);

-- name: forget_wishes
DELETE FROM uplink_wishes WHERE NOT EXISTS (SELECT 1 FROM uplink_state WHERE home = :home);

-- name: forget_others
DELETE FROM uplink_state WHERE home <> :home;

-- name: advance
-- Numbers are given in the order of commits: the row is held until the commit.
UPDATE uplink_state SET seq = seq + 1 WHERE home = :home;

-- name: log
INSERT INTO uplink_log (seq, body) SELECT seq, CAST(:body AS TEXT) FROM uplink_state WHERE home = :home;

-- name: note_whole
UPDATE uplink_state SET whole = seq WHERE home = :home;

-- name: oldest
SELECT seq, body FROM uplink_log ORDER BY seq LIMIT :count_max;

-- name: told
DELETE FROM uplink_log WHERE seq <= :seq;

-- name: forget_before_whole
-- All things were told anew: what was told before says nothing more.
DELETE FROM uplink_log WHERE seq < (SELECT whole FROM uplink_state WHERE home = :home);

-- name: keep_wish
INSERT INTO uplink_wishes (seq, id, thing, properties, expires_ms, seen, outcome)
VALUES (:seq, :id, :thing, :properties, :expires_ms, :seen, NULL);

-- name: note_heard
-- Compare-and-set: what was heard by another task first is not kept twice.
UPDATE uplink_state SET heard = :heard WHERE home = :home AND heard = :was;

-- name: open_wishes
SELECT seq, id, thing, properties, expires_ms, seen FROM uplink_wishes WHERE outcome IS NULL ORDER BY seq LIMIT :count_max;

-- name: end_wish
UPDATE uplink_wishes SET outcome = :outcome, ended_ms = :at_ms WHERE seq = :seq AND outcome IS NULL;

-- name: done_before
-- What the region itself has brought a thing to, the newest first.
SELECT seq, properties FROM uplink_wishes WHERE thing = :thing AND outcome = 'confirmed' ORDER BY seq DESC LIMIT 20;

-- name: asked
-- Wishes of the region and what came of them, the newest first.
SELECT seq, id, thing, properties, outcome, ended_ms FROM uplink_wishes ORDER BY seq DESC LIMIT :count_max;

-- name: trim_wishes
DELETE FROM uplink_wishes WHERE outcome IS NOT NULL AND seq <= :seq;

-- name: count_ended
SELECT COUNT(*) AS ended FROM uplink_wishes WHERE outcome IS NOT NULL;

-- name: ended_since
SELECT id, outcome, ended_ms FROM uplink_wishes WHERE outcome IS NOT NULL AND ended_ms >= :since_ms ORDER BY seq;
