-- What was committed and a function has not worked on yet: written with the commit itself.
CREATE TABLE functions_unheard (
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    seq TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (name, key)
);
