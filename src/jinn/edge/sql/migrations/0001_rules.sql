-- What the home decides by itself: rules, scenes, the runs of rules, and what they wait for.
CREATE TABLE edge_rules (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    draft TEXT NOT NULL,
    problem TEXT,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);

-- Every draft that a rule has had, so that a run of last week can be explained.
CREATE TABLE edge_drafts (
    rule TEXT NOT NULL,
    version BIGINT NOT NULL,
    draft TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (rule, version)
);

CREATE TABLE edge_scenes (
    id TEXT PRIMARY KEY,
    scene TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- UNIQUE: the same happening sets a rule off once, whoever noticed it and however often it was told.
CREATE TABLE edge_runs (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    rule_version BIGINT NOT NULL,
    cause_key TEXT NOT NULL,
    cause TEXT NOT NULL,
    because TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    found TEXT NOT NULL,
    did TEXT NOT NULL,
    step BIGINT NOT NULL,
    resume_ms BIGINT,
    UNIQUE (rule, cause_key)
);
CREATE INDEX edge_runs_of_rule ON edge_runs (rule, id);
CREATE INDEX edge_runs_open ON edge_runs (outcome);

-- A trigger that became true, and must stay so until its time.
CREATE TABLE edge_timers (
    rule TEXT NOT NULL,
    place BIGINT NOT NULL,
    cause TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    PRIMARY KEY (rule, place)
);

CREATE TABLE edge_people (
    person TEXT PRIMARY KEY,
    is_home BIGINT NOT NULL,
    at_ms BIGINT NOT NULL
);

-- Moments that outlive a hub, such as the last minute of the wall clock that was seen.
CREATE TABLE edge_marks (
    name TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL
);
