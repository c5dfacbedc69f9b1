-- Images of firmware, rollouts of them, and the update of each thing.
CREATE TABLE firmware_images (
    id TEXT PRIMARY KEY,
    product_key TEXT NOT NULL,
    module TEXT NOT NULL,
    version TEXT NOT NULL,
    counter BIGINT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    manifest TEXT NOT NULL,
    notes_en TEXT NOT NULL,
    notes_zh TEXT NOT NULL,
    added_ms BIGINT NOT NULL,
    UNIQUE (product_key, module, version),
    UNIQUE (product_key, module, counter)
);

CREATE TABLE firmware_rollouts (
    id TEXT PRIMARY KEY,
    image TEXT NOT NULL REFERENCES firmware_images (id),
    state TEXT NOT NULL,
    percent BIGINT NOT NULL,
    things TEXT NOT NULL,
    failure_limit_percent DOUBLE PRECISION NOT NULL,
    at_once BIGINT NOT NULL,
    total BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    reason_en TEXT NOT NULL,
    reason_zh TEXT NOT NULL,
    revision BIGINT NOT NULL,
    -- `product module` while it is open: two rollouts for one thing would pull it to and fro.
    open_for TEXT UNIQUE
);

CREATE TABLE firmware_updates (
    rollout TEXT NOT NULL REFERENCES firmware_rollouts (id),
    thing TEXT NOT NULL,
    rank BIGINT NOT NULL,
    state TEXT NOT NULL,
    percent BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    pushes BIGINT NOT NULL,
    session TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (rollout, thing)
);
CREATE INDEX firmware_updates_of_thing ON firmware_updates (thing, rollout);
CREATE INDEX firmware_updates_by_state ON firmware_updates (rollout, state, rank);
CREATE INDEX firmware_updates_in_flight ON firmware_updates (rollout)
    WHERE state IN ('sent', 'downloading', 'verifying', 'installing');

-- What things said about their firmware: written when it is acknowledged, read and deleted by whoever heeds it.
CREATE TABLE firmware_said (
    id TEXT PRIMARY KEY,
    thing TEXT NOT NULL,
    kind TEXT NOT NULL,
    module TEXT NOT NULL,
    version TEXT NOT NULL,
    step BIGINT NOT NULL,
    description TEXT NOT NULL,
    reply TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
