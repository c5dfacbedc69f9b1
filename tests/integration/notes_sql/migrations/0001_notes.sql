CREATE TABLE notes (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 0),
    weight DOUBLE PRECISION
);
CREATE TABLE tags (
    note TEXT NOT NULL REFERENCES notes (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (note, tag)
);
