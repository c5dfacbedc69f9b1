-- The home's accounts at vendors' clouds. Tokens lie here as they are, since they have to be shown to the vendor.
CREATE TABLE genie_links (
    id TEXT PRIMARY KEY,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    authorize_url TEXT NOT NULL,
    token_url TEXT NOT NULL,
    gateway_url TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    may_be_private BIGINT NOT NULL,
    state TEXT NOT NULL,
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    expires_ms BIGINT,
    refreshed_ms BIGINT,
    problem_code TEXT NOT NULL,
    problem TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- A linking under way: what the vendor's page has to bring back. SHA-256; good once and for ten minutes.
CREATE TABLE genie_linkings (
    digest TEXT PRIMARY KEY,
    link TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);

-- The things that a link has brought, each with its cloud's own description.
CREATE TABLE genie_devices (
    thing TEXT PRIMARY KEY,
    link TEXT NOT NULL,
    device TEXT NOT NULL,
    UNIQUE (link, thing)
);

-- Platforms that may ask for this home, with what they were registered with.
CREATE TABLE genie_clients (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_digest TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Codes that an owner has approved and no platform has redeemed yet. SHA-256.
CREATE TABLE genie_codes (
    digest TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);

-- What renews an access token. SHA-256 of both.
CREATE TABLE genie_refreshes (
    digest TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    access_digest TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
