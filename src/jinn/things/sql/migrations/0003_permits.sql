-- Which devices a gateway may bring that are not things yet, and until when.
CREATE TABLE things_permits (
    gateway TEXT NOT NULL,
    product_key TEXT NOT NULL,
    -- Empty: any that is new.
    device_name TEXT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (gateway, product_key, device_name)
);
