CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    satellite TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    record TEXT NOT NULL
);
CREATE INDEX turns_by_time ON turns (at_ms);
