CREATE TABLE mqtt_ignored (
    id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL
);
