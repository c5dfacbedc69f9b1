-- name: note
-- Everything worth a row that one commit was told.
INSERT INTO history_inbox (id, samples) VALUES (:id, :samples);

-- name: inbox
-- The oldest first.
SELECT id, samples FROM history_inbox ORDER BY id LIMIT :count_max;

-- name: is_noted
SELECT id FROM history_inbox LIMIT 1;

-- name: drop_notes
DELETE FROM history_inbox WHERE id <= :id;

-- name: add_series
-- The first value of a property; the kind follows its thing model. A thing that was removed meanwhile gets none.
INSERT INTO history_series (series, thing, property, kind, thinned)
SELECT c.column1, t.id, c.column3, c.column4, 0
FROM (VALUES (CAST(:series AS BIGINT), CAST(:thing AS TEXT), CAST(:property AS TEXT), CAST(:kind AS TEXT))) AS c
CROSS JOIN things_things AS t WHERE t.id = c.column2
ON CONFLICT (series) DO UPDATE SET kind = excluded.kind WHERE history_series.kind <> excluded.kind;

-- name: add_old_series
-- What the series is by its model is known better by who writes it now.
INSERT INTO history_series (series, thing, property, kind, thinned)
SELECT c.column1, t.id, c.column3, c.column4, 0
FROM (VALUES (CAST(:series AS BIGINT), CAST(:thing AS TEXT), CAST(:property AS TEXT), CAST(:kind AS TEXT))) AS c
CROSS JOIN things_things AS t WHERE t.id = c.column2
ON CONFLICT (series) DO NOTHING;

-- name: add_value
-- The same moment told again changes nothing. Column names: those that both engines give to `VALUES`.
INSERT INTO history_values (series, at_ms, value, text)
SELECT c.column1, c.column2, c.column3, c.column4
FROM (VALUES (CAST(:series AS BIGINT), CAST(:at_ms AS BIGINT), CAST(:value AS DOUBLE PRECISION),
    CAST(:text AS TEXT))) AS c
CROSS JOIN history_series AS s WHERE s.series = c.column1
ON CONFLICT (series, at_ms) DO NOTHING;

-- name: grouped_values
-- What a series was in each slot; a value holds until the next, at most to the end of its slot. Only the last of a slot
-- can hold beyond it, so what that is too much is taken off the sum, not each row held against the end.
SELECT g.slot, g.low, g.high, g.count, g.first_ms, g.last_ms, l.value AS last, l.text AS text,
    CASE WHEN g.until_ms > g.end_ms THEN g.end_ms ELSE g.until_ms END - g.first_ms AS known_ms,
    CASE WHEN g.until_ms > g.end_ms THEN g.area - l.value * (g.until_ms - g.end_ms) ELSE g.area END AS area
FROM (
    SELECT slot, MIN(value) AS low, MAX(value) AS high, SUM(value * (next_ms - at_ms)) AS area, COUNT(*) AS count,
        MIN(at_ms) AS first_ms, MAX(at_ms) AS last_ms, MAX(next_ms) AS until_ms,
        CAST(:from_ms AS BIGINT) + (slot + 1) * CAST(:step_ms AS BIGINT) AS end_ms
    FROM (
        SELECT (at_ms - CAST(:from_ms AS BIGINT)) / CAST(:step_ms AS BIGINT) AS slot, at_ms, value,
            LEAD(at_ms, 1, CAST(:to_ms AS BIGINT)) OVER (ORDER BY at_ms) AS next_ms
        FROM history_values WHERE series = :series AND at_ms >= :from_ms AND at_ms < :to_ms
    ) AS told
    GROUP BY slot
) AS g
JOIN history_values AS l ON l.series = :series AND l.at_ms = g.last_ms
ORDER BY g.slot;

-- name: grouped_steps
-- The same of what was thinned.
SELECT g.slot, g.low, g.high, g.area, g.known_ms, g.count, g.first_ms, g.last_ms, l.last AS last, NULL AS text
FROM (
    SELECT (at_ms - CAST(:from_ms AS BIGINT)) / CAST(:slot_ms AS BIGINT) AS slot, MIN(low) AS low, MAX(high) AS high,
        SUM(mean * known_ms) AS area, CAST(SUM(known_ms) AS BIGINT) AS known_ms, CAST(SUM(told) AS BIGINT) AS count,
        MIN(at_ms) AS first_ms, MAX(at_ms) AS last_ms
    FROM history_steps
    WHERE series = :series AND step_ms = :step_ms AND at_ms >= :from_ms AND at_ms < :to_ms
    GROUP BY slot
) AS g
JOIN history_steps AS l ON l.series = :series AND l.step_ms = :step_ms AND l.at_ms = g.last_ms
ORDER BY g.slot;

-- name: value_before
-- What was so at a moment: the newest told before it.
SELECT at_ms, value, text FROM history_values
WHERE series = :series AND at_ms < :before_ms ORDER BY at_ms DESC LIMIT 1;

-- name: step_before
SELECT last_ms AS at_ms, last AS value FROM history_steps
WHERE series = :series AND step_ms = :step_ms AND at_ms < :before_ms ORDER BY at_ms DESC LIMIT 1;

-- name: values_between
SELECT at_ms, value, text FROM history_values
WHERE series = :series AND at_ms >= :from_ms AND at_ms < :to_ms ORDER BY at_ms LIMIT :count_max;

-- name: newest_values
SELECT at_ms, value, text FROM history_values
WHERE series = :series AND at_ms < :before_ms ORDER BY at_ms DESC LIMIT :count_max;

-- name: moment_of_value
-- When a value was told, first.
SELECT at_ms FROM history_values
WHERE series = :series AND at_ms >= :from_ms AND at_ms < :to_ms AND value = :value ORDER BY at_ms LIMIT 1;

-- name: all_between
-- Everything that was told, of every thing, in order; `after_*` is the last row of the page before.
SELECT s.thing, s.property, v.series, v.at_ms, v.value, v.text
FROM history_series AS s CROSS JOIN history_values AS v
WHERE v.series = s.series AND v.at_ms >= :from_ms AND v.at_ms < :to_ms
    AND (CAST(:thing AS TEXT) IS NULL OR s.thing = :thing)
ORDER BY v.at_ms, v.series;

-- name: running_between
SELECT from_ms, to_ms FROM history_running WHERE to_ms >= :from_ms AND from_ms < :to_ms ORDER BY from_ms;

-- name: start_running
INSERT INTO history_running (hub, from_ms, to_ms) VALUES (:hub, :at_ms, :at_ms)
ON CONFLICT (hub, from_ms) DO NOTHING;

-- name: keep_running
UPDATE history_running SET to_ms = :at_ms WHERE hub = :hub AND from_ms = :from_ms;

-- name: forget_running
DELETE FROM history_running WHERE to_ms < :before_ms;

-- name: series_after
-- Every series, a page at a time.
SELECT series, kind FROM history_series WHERE series > :after ORDER BY series LIMIT :count_max;

-- name: excess_value
-- The newest row beyond those that one series may have.
SELECT at_ms FROM history_values WHERE series = :series ORDER BY at_ms DESC LIMIT 1 OFFSET :kept;

-- name: oldest_values
SELECT at_ms, value, text FROM history_values
WHERE series = :series AND at_ms < :before_ms ORDER BY at_ms LIMIT :count_max;

-- name: oldest_steps
SELECT at_ms, low, high, mean, known_ms, told, last, last_ms FROM history_steps
WHERE series = :series AND step_ms = :step_ms AND at_ms < :before_ms ORDER BY at_ms LIMIT :count_max;

-- name: claim
-- Compare-and-set: of two hubs that thin one series at a time, one is undone.
UPDATE history_series SET thinned = :was + 1 WHERE series = :series AND thinned = :was;

-- name: add_step
-- A step that is there from before takes in what came late.
INSERT INTO history_steps (series, step_ms, at_ms, low, high, mean, known_ms, told, last, last_ms)
VALUES (:series, :step_ms, :at_ms, :low, :high, :mean, :known_ms, :told, :last, :last_ms)
ON CONFLICT (series, step_ms, at_ms) DO UPDATE SET
    low = CASE WHEN excluded.low < history_steps.low THEN excluded.low ELSE history_steps.low END,
    high = CASE WHEN excluded.high > history_steps.high THEN excluded.high ELSE history_steps.high END,
    mean = (history_steps.mean * history_steps.known_ms + excluded.mean * excluded.known_ms)
        / (history_steps.known_ms + excluded.known_ms),
    known_ms = history_steps.known_ms + excluded.known_ms,
    told = history_steps.told + excluded.told,
    last = CASE WHEN excluded.last_ms >= history_steps.last_ms THEN excluded.last ELSE history_steps.last END,
    last_ms = CASE WHEN excluded.last_ms >= history_steps.last_ms THEN excluded.last_ms ELSE history_steps.last_ms END;

-- name: drop_values
DELETE FROM history_values WHERE series = :series AND at_ms >= :from_ms AND at_ms <= :to_ms;

-- name: drop_value
DELETE FROM history_values WHERE series = :series AND at_ms = :at_ms;

-- name: drop_steps
DELETE FROM history_steps WHERE series = :series AND step_ms = :step_ms AND at_ms >= :from_ms AND at_ms <= :to_ms;

-- name: note_gone
-- A thing was removed: from now on nobody finds its series, and the thinner takes their rows away.
INSERT INTO history_gone (series) SELECT series FROM history_series WHERE thing = :id
ON CONFLICT (series) DO NOTHING;

-- name: forget_series
DELETE FROM history_series WHERE thing = :id;

-- name: gone
SELECT series FROM history_gone LIMIT 1;

-- name: forget_values
DELETE FROM history_values WHERE series = :series AND at_ms <= :to_ms;

-- name: forget_steps
DELETE FROM history_steps WHERE series = :series;

-- name: forget_gone
DELETE FROM history_gone WHERE series = :series;

-- name: old_values
SELECT thing, property, at_ms, value FROM history_old ORDER BY thing, property, at_ms LIMIT :count_max;

-- name: drop_old
DELETE FROM history_old WHERE thing = :thing AND property = :property AND at_ms = :at_ms;

-- name: thinned
SELECT thinned FROM history_series WHERE series = :series;

-- name: events_between
-- One event of one thing, oldest first.
SELECT id, event, at_ms, outputs FROM things_events
WHERE thing = :thing AND event = :event AND at_ms >= :from_ms AND at_ms < :to_ms ORDER BY at_ms, id;
