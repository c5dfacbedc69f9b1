-- Enrolling, configuring and hearing devices out.

-- The secret that all devices of a product share until each has its own. No row: they cannot enrol by themselves.
CREATE TABLE things_product_access (
    product_key TEXT PRIMARY KEY REFERENCES things_products (product_key),
    secret TEXT NOT NULL,
    -- 1: devices that nobody has named here before may come too.
    is_open BIGINT NOT NULL
);

-- `given`: it has fetched its secret; `free`: it may do so once more.
CREATE TABLE things_enrolments (
    thing TEXT PRIMARY KEY,
    state TEXT NOT NULL
);

-- What devices without a secret of their own log in with, as SHA-256.
CREATE TABLE things_device_tokens (
    thing TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    digest TEXT NOT NULL
);

-- The remote configuration of a product or of one thing; the newest replaces the one before.
CREATE TABLE things_configs (
    owner TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Things that were told to keep their logs to themselves.
CREATE TABLE things_quiet (
    thing TEXT PRIMARY KEY
);

CREATE TABLE things_logs (
    id TEXT PRIMARY KEY,
    thing TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    level TEXT NOT NULL,
    module TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX things_logs_of_thing ON things_logs (thing, id);
