-- Functions at the edge: every version with its signed manifest, its code by hash, how it fares, and why it failed.
CREATE TABLE functions_functions (
    name TEXT PRIMARY KEY,
    active BIGINT,
    trial BIGINT,
    stage BIGINT NOT NULL,
    good BIGINT NOT NULL,
    bad BIGINT NOT NULL,
    is_enabled BIGINT NOT NULL,
    problem TEXT NOT NULL,
    kept TEXT NOT NULL,
    changed_ms BIGINT NOT NULL
);

CREATE TABLE functions_versions (
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    manifest TEXT NOT NULL,
    signature TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    added_ms BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE TABLE functions_code (
    sha256 TEXT PRIMARY KEY,
    code TEXT NOT NULL
);

CREATE TABLE functions_failures (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    thing TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    problem TEXT NOT NULL,
    sentence TEXT NOT NULL
);
CREATE INDEX functions_failures_of_function ON functions_failures (name, id);
