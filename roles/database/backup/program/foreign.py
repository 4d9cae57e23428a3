"""Another stack's repository: its configuration and keys, for as long as something is read from it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import Iterator, Mapping

from pgbackrest import PgBackRest
from settings import RUN, Settings

FOLDER = f"{RUN}/foreign"
"""The files that come with a request name each other by this path."""
NOTHING = f"{FOLDER}/none"
"""Instead of the folder in which the machine's own repository is described."""


@contextmanager
def repository(settings: Settings, files: Mapping[str, str] | None) -> Iterator[PgBackRest]:
    """The repository that files describe (`pgbackrest.conf` and what it names); without files, this stack's own."""
    if not files:
        yield PgBackRest(settings)
        return
    forget()
    os.makedirs(RUN, 0o711, exist_ok=True)
    os.mkdir(FOLDER, 0o700)
    try:
        for name, content in files.items():
            path = os.path.join(FOLDER, os.path.basename(name))
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(content)
            shutil.chown(path, "postgres", "postgres")
        os.mkdir(NOTHING)
        for path in (NOTHING, FOLDER):
            shutil.chown(path, "postgres", "postgres")
        yield PgBackRest(settings, f"{FOLDER}/pgbackrest.conf", NOTHING)
    finally:
        forget()


def forget() -> None:
    """Its keys are no longer on this machine; those too that a restore which was killed has left."""
    shutil.rmtree(FOLDER, ignore_errors=True)
