-- What each property was: as it was told, then by five minutes, then by the hour.
-- One row for each property that has a past; `series` is made of the other two (see model.py), so that a writer need not ask.
CREATE TABLE history_series (
    series BIGINT PRIMARY KEY,
    thing TEXT NOT NULL,
    property TEXT NOT NULL,
    kind TEXT NOT NULL,
    thinned BIGINT NOT NULL,
    UNIQUE (thing, property)
);

CREATE TABLE history_values (
    series BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    value DOUBLE PRECISION,
    text TEXT,
    PRIMARY KEY (series, at_ms)
) WITHOUT ROWID;

-- What was told a moment ago, as one JSON text for each commit, until it is filed into its series. A row in each of
-- fifty series is a page of the database's log in each; one row at the end of one table is the price of nothing.
CREATE TABLE history_inbox (
    id TEXT PRIMARY KEY,
    samples TEXT NOT NULL
);

-- Numbers, thinned; `mean` is weighted by time, of which `known_ms` was known.
CREATE TABLE history_steps (
    series BIGINT NOT NULL,
    step_ms BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    low DOUBLE PRECISION NOT NULL,
    high DOUBLE PRECISION NOT NULL,
    mean DOUBLE PRECISION NOT NULL,
    known_ms BIGINT NOT NULL,
    told BIGINT NOT NULL,
    last DOUBLE PRECISION NOT NULL,
    last_ms BIGINT NOT NULL,
    PRIMARY KEY (series, step_ms, at_ms)
) WITHOUT ROWID;

-- Series of things that were removed; their rows go in small steps.
CREATE TABLE history_gone (series BIGINT PRIMARY KEY);

-- When a hub was running; at other times nobody listened.
CREATE TABLE history_running (
    hub TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT NOT NULL,
    PRIMARY KEY (hub, from_ms)
);

-- What devices had sent of their past until now waits to be taken over, since SQL alone cannot name its series.
CREATE TABLE history_old (
    thing TEXT NOT NULL,
    property TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (thing, property, at_ms)
);
INSERT INTO history_old (thing, property, at_ms, value) SELECT thing, property, at_ms, value FROM things_history;
DROP TABLE things_history;
