-- name: homes
SELECT home, epoch, seq, wish_seq, heard, seen_ms FROM region_homes ORDER BY home;

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
INSERT INTO region_wishes (home, seq, id, thing, properties, at_ms, expires_ms)
SELECT h.home, h.wish_seq, CAST(:id AS TEXT), CAST(:thing AS TEXT), CAST(:properties AS TEXT), CAST(:at_ms AS BIGINT),
    CAST(:expires_ms AS BIGINT)
FROM region_homes AS h WHERE h.home = :home;

-- name: wishes_after
SELECT seq, id, thing, properties, expires_ms FROM region_wishes
WHERE home = :home AND seq > :heard ORDER BY seq LIMIT :count_max;

-- name: drop_wishes
DELETE FROM region_wishes WHERE home = :home AND seq <= :heard;
