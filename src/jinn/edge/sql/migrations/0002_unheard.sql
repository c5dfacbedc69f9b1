-- What was committed and is still to be heard of: written with the commit itself, removed once what it set off is kept.
CREATE TABLE edge_unheard (
    reader TEXT NOT NULL,
    key TEXT NOT NULL,
    seq TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (reader, key)
);
