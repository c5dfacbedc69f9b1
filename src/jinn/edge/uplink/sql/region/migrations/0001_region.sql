-- Many homes as their region sees them: a mirror, and what is wished of them.
CREATE TABLE region_homes (
    home TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL,
    wish_seq BIGINT NOT NULL,
    heard BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);

CREATE TABLE region_things (
    home TEXT NOT NULL,
    thing TEXT NOT NULL,
    facts TEXT NOT NULL,
    version BIGINT NOT NULL,
    reported TEXT NOT NULL,
    is_online BIGINT NOT NULL,
    told BIGINT NOT NULL,
    PRIMARY KEY (home, thing)
);

CREATE TABLE region_wishes (
    home TEXT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    thing TEXT NOT NULL,
    properties TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (home, seq)
);
