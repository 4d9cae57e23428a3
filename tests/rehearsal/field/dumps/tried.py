"""
Loads dumps one after the other, as `holdfast import` does before it stops the app: `tried.py`, on the database's machine, with
cases as JSON on its input. Each is made by a shell command that writes to standard output. Writes what came of each as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from typing import Any

sys.path[:0] = ["/usr/local/lib/holdfast/backup"]
sys.dont_write_bytecode = True

import importing  # noqa: E402
from common import Problem  # noqa: E402
from settings import read_settings  # noqa: E402

DUMP = "/srv/database/tried"


def psql(database: str, statement: str) -> str:
    command = ["runuser", "-u", "postgres", "--", "psql", "-XqAt", "-d", database, "-c", statement]
    found = subprocess.run(command, cwd="/", text=True, capture_output=True, check=False)
    return (found.stdout or found.stderr).strip()


def tried(case: dict[str, Any]) -> dict[str, Any]:
    with open(DUMP, "wb") as file:
        subprocess.run(["bash", "-c", case["make"]], cwd="/", stdout=file, stderr=subprocess.DEVNULL, check=False)
    said = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(said):
        try:
            importing.load(read_settings(), case.get("from", DUMP))
        except Problem as problem:
            print(problem)
            code = 1
    loaded = psql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'app-loaded-%'")
    strangers = "SELECT count(*) FROM pg_roles WHERE rolname = 'holdfast_import'"
    return {
        "name": case["name"],
        "code": code,
        "said": said.getvalue(),
        "found": psql(loaded, case["sql"]) if loaded else "",
        "left": psql("postgres", strangers),
    }


outcomes = [tried(case) for case in json.load(sys.stdin)]
importing.discard(read_settings())
os.unlink(DUMP)
print(json.dumps(outcomes))
