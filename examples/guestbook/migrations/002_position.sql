-- Entries of the same second keep the order in which they came. It only adds: a release that knows nothing of it goes on.
ALTER TABLE entries ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX entries_position ON entries (position);
