-- A wish stays until it is known what came of it, and for a while after.
ALTER TABLE region_wishes ADD COLUMN seen TEXT NOT NULL DEFAULT '{}';
ALTER TABLE region_wishes ADD COLUMN taken_ms BIGINT;
ALTER TABLE region_wishes ADD COLUMN outcome TEXT;
ALTER TABLE region_wishes ADD COLUMN ended_ms BIGINT;

-- The last value of each minute in which a thing said something.
CREATE TABLE region_past (
    home TEXT NOT NULL,
    thing TEXT NOT NULL,
    property TEXT NOT NULL,
    minute BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (home, thing, property, minute)
);
CREATE INDEX region_past_age ON region_past (home, minute);

-- When a home could not keep all that it had to tell.
CREATE TABLE region_gaps (
    home TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    PRIMARY KEY (home, until_ms)
);
