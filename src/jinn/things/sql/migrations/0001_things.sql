-- What the home has: products with their models, things, their twins, and what happened to them.
CREATE TABLE things_products (
    product_key TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    facts TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Every model that a product has had; the newest is the one that counts.
CREATE TABLE things_models (
    product_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (product_key, version)
);

CREATE TABLE things_things (
    id TEXT PRIMARY KEY,
    product_key TEXT NOT NULL REFERENCES things_products (product_key),
    device_name TEXT NOT NULL,
    device_secret TEXT NOT NULL,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    aliases TEXT NOT NULL,
    area TEXT,
    gateway TEXT,
    is_enabled BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    UNIQUE (product_key, device_name)
);

CREATE TABLE things_twins (
    thing TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    reported TEXT NOT NULL,
    desired TEXT NOT NULL,
    recent TEXT NOT NULL,
    is_online BIGINT NOT NULL,
    seen_ms BIGINT,
    door TEXT,
    session TEXT,
    firmware TEXT NOT NULL,
    shadow_version BIGINT NOT NULL,
    shadow TEXT NOT NULL
);
CREATE INDEX things_twins_session ON things_twins (session);

CREATE TABLE things_events (
    id TEXT PRIMARY KEY,
    thing TEXT NOT NULL,
    event TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    outputs TEXT NOT NULL
);
CREATE INDEX things_events_of_thing ON things_events (thing, event, id);

CREATE TABLE things_history (
    thing TEXT NOT NULL,
    property TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (thing, property, at_ms)
);

CREATE TABLE things_commands (
    id TEXT PRIMARY KEY,
    thing TEXT NOT NULL,
    service TEXT,
    asked TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    outcome TEXT,
    code TEXT,
    reported TEXT,
    ended_ms BIGINT
);
CREATE INDEX things_commands_of_thing ON things_commands (thing, id);

CREATE TABLE things_tags (
    thing TEXT NOT NULL,
    tag TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (thing, tag)
);
