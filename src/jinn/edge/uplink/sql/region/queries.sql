-- name: homes
SELECT home, epoch, seq, wish_seq, heard, seen_ms FROM region_homes ORDER BY home;

-- name: count_things
SELECT home, COUNT(*) AS things FROM region_things GROUP BY home;

-- name: home
SELECT home, epoch, seq, wish_seq, heard, seen_ms FROM region_homes WHERE home = :home;

-- name: begin
INSERT INTO region_homes (home, epoch, seq, wish_seq, heard, seen_ms) VALUES (:home, '', 0, 0, 0, :now_ms)
ON CONFLICT (home) DO NOTHING;

-- name: take
-- Compare-and-set: of a log that is sent twice, each row is taken once.
UPDATE region_homes SET seq = :seq, heard = :heard, seen_ms = :now_ms, epoch = :epoch,
    wish_seq = CASE WHEN wish_seq < :heard THEN :heard ELSE wish_seq END
WHERE home = :home AND seq = :was;

-- name: things
SELECT thing, facts, version, reported, is_online, told FROM region_things WHERE home = :home ORDER BY thing;

-- name: thing
SELECT thing, facts, version, reported, is_online, told FROM region_things WHERE home = :home AND thing = :thing;

-- name: keep_thing
INSERT INTO region_things (home, thing, facts, version, reported, is_online, told)
VALUES (:home, :thing, :facts, :version, :reported, :is_online, :told)
ON CONFLICT (home, thing) DO UPDATE SET facts = excluded.facts, version = excluded.version,
    reported = excluded.reported, is_online = excluded.is_online, told = excluded.told;

-- name: drop_things
DELETE FROM region_things WHERE home = :home;

-- name: drop_thing
DELETE FROM region_things WHERE home = :home AND thing = :thing;

-- name: count_wish
UPDATE region_homes SET wish_seq = wish_seq + 1 WHERE home = :home;

-- name: add_wish
INSERT INTO region_wishes (home, seq, id, thing, properties, at_ms, expires_ms, seen)
SELECT h.home, h.wish_seq, CAST(:id AS TEXT), CAST(:thing AS TEXT), CAST(:properties AS TEXT), CAST(:at_ms AS BIGINT),
    CAST(:expires_ms AS BIGINT), CAST(:seen AS TEXT)
FROM region_homes AS h WHERE h.home = :home;

-- name: wishes_after
-- Those that no home has taken; a home that lost its data is not asked again for what it had taken.
SELECT seq, id, thing, properties, expires_ms, seen FROM region_wishes
WHERE home = :home AND seq > :heard AND taken_ms IS NULL ORDER BY seq LIMIT :count_max;

-- name: take_wishes
UPDATE region_wishes SET taken_ms = :now_ms WHERE home = :home AND seq <= :heard AND taken_ms IS NULL;

-- name: end_wish
UPDATE region_wishes SET outcome = :outcome, ended_ms = :ended_ms WHERE home = :home AND id = :id;

-- name: lose_wishes
-- A home that lost its data will never say what came of them.
UPDATE region_wishes SET outcome = 'lost', ended_ms = :now_ms
WHERE home = :home AND taken_ms IS NOT NULL AND outcome IS NULL;

-- name: trim_wishes
DELETE FROM region_wishes WHERE home = :home AND outcome IS NOT NULL
    AND seq <= (SELECT wish_seq FROM region_homes WHERE home = :home) - :kept;

-- name: wish
SELECT seq, id, thing, properties, at_ms, expires_ms, taken_ms, outcome, ended_ms FROM region_wishes
WHERE home = :home AND id = :id;

-- name: wishes
-- The newest first.
SELECT seq, id, thing, properties, at_ms, expires_ms, taken_ms, outcome, ended_ms FROM region_wishes
WHERE home = :home ORDER BY seq DESC LIMIT :count_max;

-- name: count_waiting
SELECT home, COUNT(*) AS waiting FROM region_wishes WHERE taken_ms IS NULL AND expires_ms > :now_ms GROUP BY home;

-- name: keep_past
INSERT INTO region_past (home, thing, property, minute, at_ms, value)
VALUES (:home, :thing, :property, :minute, :at_ms, :value)
ON CONFLICT (home, thing, property, minute) DO UPDATE SET at_ms = excluded.at_ms, value = excluded.value;

-- name: trim_past
DELETE FROM region_past WHERE home = :home AND minute < :minute;

-- name: past
-- The newest first.
SELECT property, at_ms, value FROM region_past
WHERE home = :home AND thing = :thing AND property = :property AND at_ms >= :since_ms
ORDER BY minute DESC LIMIT :count_max;

-- name: keep_gap
INSERT INTO region_gaps (home, since_ms, until_ms, missed) VALUES (:home, :since_ms, :until_ms, :missed)
ON CONFLICT (home, until_ms) DO NOTHING;

-- name: gaps
SELECT home, since_ms, until_ms, missed FROM region_gaps WHERE home = :home AND until_ms >= :since_ms
ORDER BY until_ms DESC LIMIT :count_max;

-- name: trim_gaps
DELETE FROM region_gaps WHERE home = :home AND until_ms < :since_ms;

-- name: forget_home
DELETE FROM region_homes WHERE home = :home;

-- name: forget_wishes
DELETE FROM region_wishes WHERE home = :home;

-- name: forget_past
DELETE FROM region_past WHERE home = :home;

-- name: forget_gaps
DELETE FROM region_gaps WHERE home = :home;
