"""
Marker rows: written before each backup, looked for in what is restored from it. They are in the database `postgres`: nothing of
ours is in the app's own.
"""

from __future__ import annotations

import cluster
import postgres
from settings import Settings

def write(settings: Settings, note: str) -> int:
    """Returns the marker's number. Old ones go: a hundred are enough to see that a restore brought what it should."""
    with postgres.session(port=settings.port) as session:
        session.ask("""
            CREATE TABLE IF NOT EXISTS public.holdfast_marker (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                made timestamptz NOT NULL DEFAULT clock_timestamp(),
                note text NOT NULL
            )
        """)
        session.ask("DELETE FROM public.holdfast_marker WHERE id <= (SELECT max(id) - 100 FROM public.holdfast_marker)")
        rows = session.ask("INSERT INTO public.holdfast_marker (note) VALUES ({note}) RETURNING id", note=note)
    return int(rows[0][0])


def is_in(copy: str, number: int) -> bool:
    """Whether a restored copy has it. `copy` is the folder of its socket."""
    with postgres.session(host=copy, port=cluster.COPY_PORT) as session:
        return bool(session.ask("SELECT 1 FROM public.holdfast_marker WHERE id = {number}", number=number))
