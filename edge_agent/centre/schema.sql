CREATE TABLE IF NOT EXISTS units (
    root  TEXT PRIMARY KEY,
    state TEXT,
    about TEXT,
    health TEXT,
    seen  INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS events (
    pos      INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    root     TEXT    NOT NULL,
    ep       TEXT    NOT NULL,
    st       TEXT    NOT NULL,
    sq       INTEGER NOT NULL,
    t        INTEGER NOT NULL,
    q        TEXT    NOT NULL,
    received INTEGER NOT NULL,
    body     TEXT    NOT NULL
) STRICT;

-- Not UNIQUE: two ids under one number are kept, both.
CREATE INDEX IF NOT EXISTS events_number ON events (root, ep, st, sq);

CREATE TABLE IF NOT EXISTS streams (
    root       TEXT NOT NULL,
    ep         TEXT NOT NULL,
    st         TEXT NOT NULL,
    held       TEXT NOT NULL,
    closed     TEXT NOT NULL,
    duplicates INTEGER NOT NULL,
    conflicts  INTEGER NOT NULL,
    PRIMARY KEY (root, ep, st)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rejected (
    pos      INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,
    topic    TEXT    NOT NULL,
    why      TEXT    NOT NULL,
    body     BLOB    NOT NULL
) STRICT;
