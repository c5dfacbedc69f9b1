CREATE TABLE people_broker_clients (
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    -- Lists of MQTT topic filters, as JSON.
    publish TEXT NOT NULL,
    subscribe TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
