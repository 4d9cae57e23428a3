-- What visitors leave.
CREATE TABLE entries (
    id text PRIMARY KEY,
    name text NOT NULL,
    text text NOT NULL,
    written timestamptz NOT NULL
);
