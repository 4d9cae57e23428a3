"""Marker rows: written to the living database before each backup, looked for in what is restored from it."""

from __future__ import annotations

import cluster
from settings import Settings

TABLE = "holdfast_marker"
"""In the database `postgres`: nothing of ours is in the app's own."""


def write(settings: Settings, note: str) -> str:
    """Returns the marker's number. Old ones go: a hundred are enough to see that a restore brought what it should."""
    sql = f"""
        CREATE TABLE IF NOT EXISTS {TABLE} (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            made timestamptz NOT NULL DEFAULT clock_timestamp(),
            note text NOT NULL
        );
        DELETE FROM {TABLE} WHERE id <= (SELECT max(id) - 100 FROM {TABLE});
        INSERT INTO {TABLE} (note) VALUES ({cluster.literal(note)}) RETURNING id;
    """
    return cluster.query(settings, sql)[-1][0]
