-- What a home still has to tell its region, and what the region has asked of it.
CREATE TABLE uplink_state (
    home TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL,
    whole BIGINT NOT NULL,
    heard BIGINT NOT NULL
);

-- One row for each commit of what things said; gone once the region has it.
CREATE TABLE uplink_log (
    seq BIGINT PRIMARY KEY,
    body TEXT NOT NULL
);

-- Wishes of the region, kept before they are carried out.
CREATE TABLE uplink_wishes (
    seq BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thing TEXT NOT NULL,
    properties TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    outcome TEXT
);
CREATE INDEX uplink_wishes_open ON uplink_wishes (outcome, seq);
