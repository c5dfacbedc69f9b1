CREATE TABLE people_homes (
    id TEXT PRIMARY KEY,
    -- One row only: a hub serves one home.
    place BIGINT NOT NULL UNIQUE,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    lang TEXT NOT NULL
);
CREATE TABLE people_areas (
    id TEXT PRIMARY KEY,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    aliases TEXT NOT NULL,
    floor TEXT,
    place BIGINT NOT NULL
);
CREATE TABLE people_members (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE TABLE people_tokens (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT
);
CREATE TABLE people_pairing_codes (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);
