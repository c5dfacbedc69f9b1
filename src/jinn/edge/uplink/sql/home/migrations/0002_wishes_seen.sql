-- What the region saw when it wished, so that a later change of the home's is kept; and when a wish came to its end.
ALTER TABLE uplink_wishes ADD COLUMN seen TEXT NOT NULL DEFAULT '{}';
ALTER TABLE uplink_wishes ADD COLUMN ended_ms BIGINT;
