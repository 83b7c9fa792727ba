-- Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE imports (
    number        INTEGER PRIMARY KEY,  -- in order of arrival
    id            TEXT NOT NULL UNIQUE,
    file_name     TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN
                  ('queued', 'processing', 'review_ready', 'rejected', 'finalizing', 'completed', 'failed')),
    rows_total    INTEGER NOT NULL DEFAULT 0,
    rows_valid    INTEGER NOT NULL DEFAULT 0,
    rows_imported INTEGER NOT NULL DEFAULT 0,
    errors        TEXT NOT NULL DEFAULT '[]',  -- the first of them, as JSON
    errors_total  INTEGER NOT NULL DEFAULT 0,
    reason        TEXT,                        -- why it failed
    attempts      INTEGER NOT NULL DEFAULT 0,  -- leases taken for what is being done now: parsing or importing
    lease_owner   TEXT,                        -- the task that works on it
    lease_until   INTEGER,                     -- NULL: free for anybody
    lease_number  INTEGER NOT NULL DEFAULT 0,  -- grows with each lease; whoever holds an older one may write nothing
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

-- What a worker polls for.
CREATE INDEX imports_to_do ON imports (number) WHERE status IN ('queued', 'processing', 'finalizing');

-- What was parsed and is to be reviewed; kept as long as its import.
CREATE TABLE staged_rows (
    import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line      INTEGER NOT NULL,
    name      TEXT NOT NULL,
    email     TEXT NOT NULL,
    phone     TEXT,
    PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
    import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line      INTEGER NOT NULL,
    name      TEXT NOT NULL,
    email     TEXT NOT NULL,
    phone     TEXT
) STRICT;

-- A row of a file becomes one contact, whatever workers do.
CREATE UNIQUE INDEX contacts_once ON contacts (import_id, line);

CREATE TABLE heartbeats (
    task_id TEXT PRIMARY KEY,
    beat_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
