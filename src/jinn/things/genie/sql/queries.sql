-- name: links
-- Oldest first.
SELECT id, name_en, name_zh, authorize_url, token_url, gateway_url, client_id, client_secret, may_be_private, state,
    access_token, refresh_token, expires_ms, refreshed_ms, problem_code, problem, created_ms,
    is_sealed, version
FROM genie_links ORDER BY created_ms, id;

-- name: add_link
INSERT INTO genie_links
    (id, name_en, name_zh, authorize_url, token_url, gateway_url, client_id, client_secret, may_be_private, state,
     access_token, refresh_token, expires_ms, refreshed_ms, problem_code, problem, created_ms, is_sealed, version)
VALUES
    (:id, :name_en, :name_zh, :authorize_url, :token_url, :gateway_url, :client_id, :client_secret, :may_be_private,
     :state, :access_token, :refresh_token, :expires_ms, :refreshed_ms, :problem_code, :problem,
     :created_ms, 1, :version);

-- name: seal_link
-- One from before, whose secrets lay as they are; another hub may have been quicker.
UPDATE genie_links
SET client_secret = :client_secret, access_token = :access_token, refresh_token = :refresh_token, is_sealed = 1
WHERE id = :id AND is_sealed = 0;

-- name: change_link
-- What becomes of an account; never where it is.
UPDATE genie_links
SET state = :state, access_token = :access_token, refresh_token = :refresh_token, expires_ms = :expires_ms,
    refreshed_ms = :refreshed_ms, problem_code = :problem_code, problem = :problem
WHERE id = :id;

-- name: remove_link
DELETE FROM genie_links WHERE id = :id;

-- name: add_linking
INSERT INTO genie_linkings (digest, link, redirect_uri, expires_ms)
VALUES (:digest, :link, :redirect_uri, :expires_ms);

-- name: linking
SELECT link, redirect_uri, expires_ms FROM genie_linkings WHERE digest = :digest;

-- name: use_linking
-- Compare-and-set: it is good once, even when it comes twice at the same moment.
DELETE FROM genie_linkings WHERE digest = :digest;

-- name: forget_linkings
DELETE FROM genie_linkings WHERE expires_ms < :now_ms;

-- name: devices
SELECT thing, link, device FROM genie_devices;

-- name: set_device
INSERT INTO genie_devices (thing, link, device) VALUES (:thing, :link, :device)
ON CONFLICT (thing) DO UPDATE SET device = excluded.device;

-- name: remove_device
DELETE FROM genie_devices WHERE thing = :thing;

-- name: clients
SELECT id, name, secret_digest, redirect_uris, created_ms FROM genie_clients ORDER BY created_ms, id;

-- name: client
SELECT id, name, secret_digest, redirect_uris, created_ms FROM genie_clients WHERE id = :id;

-- name: add_client
INSERT INTO genie_clients (id, name, secret_digest, redirect_uris, created_ms)
VALUES (:id, :name, :secret_digest, :redirect_uris, :created_ms);

-- name: remove_client
DELETE FROM genie_clients WHERE id = :id;

-- name: remove_codes_of
DELETE FROM genie_codes WHERE client = :id;

-- name: refreshes_of
SELECT digest, access_digest FROM genie_refreshes WHERE client = :id;

-- name: remove_refreshes_of
DELETE FROM genie_refreshes WHERE client = :id;

-- name: add_code
INSERT INTO genie_codes (digest, client, redirect_uri, challenge, expires_ms)
VALUES (:digest, :client, :redirect_uri, :challenge, :expires_ms);

-- name: code
SELECT client, redirect_uri, challenge, expires_ms FROM genie_codes WHERE digest = :digest;

-- name: use_code
-- Compare-and-set: a code is redeemed once.
DELETE FROM genie_codes WHERE digest = :digest;

-- name: forget_codes
DELETE FROM genie_codes WHERE expires_ms < :now_ms;

-- name: refresh
SELECT client, access_digest FROM genie_refreshes WHERE digest = :digest;

-- name: add_refresh
INSERT INTO genie_refreshes (digest, client, access_digest, created_ms)
VALUES (:digest, :client, :access_digest, :created_ms);

-- name: renew_refresh
-- It stays good: an answer that is lost on its way must not cost the platform its account.
UPDATE genie_refreshes SET access_digest = :access_digest WHERE digest = :digest AND access_digest = :was;

-- name: remove_refresh
DELETE FROM genie_refreshes WHERE digest = :digest;
