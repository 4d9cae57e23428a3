"""
Loads dumps one after the other, as `holdfast import` does before it stops the app: `tried.py`, on the database's machine, with
cases as JSON on its input. Each is made by a shell command that writes to standard output. Writes what came of each as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

DUMP = "/srv/database/tried"


def shell(command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], cwd="/", text=True, capture_output=True, check=False, **options)


def psql(database: str, statement: str) -> str:
    command = ["runuser", "-u", "postgres", "--", "psql", "-XqAt", "-d", database, "-c", statement]
    found = subprocess.run(command, cwd="/", text=True, capture_output=True, check=False)
    return (found.stdout or found.stderr).strip()


def tried(case: dict[str, Any]) -> dict[str, Any]:
    with open(DUMP, "wb") as file:
        made = subprocess.run(["bash", "-c", case["make"]], cwd="/", stdout=file, stderr=subprocess.PIPE, check=False)
    source = case.get("from", DUMP)
    begun = shell("holdfast-backup start load", input=json.dumps({"source": source}))
    followed = shell("holdfast-backup follow load")
    loaded = psql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'app-loaded-%'")
    strangers = "SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid WHERE r.rolname = 'holdfast_import'"
    return {
        "name": case["name"],
        "code": followed.returncode,
        "said": made.stderr.decode() + begun.stderr + followed.stdout + followed.stderr,
        "found": psql(loaded, case["sql"]) if loaded else "",
        "left": psql("postgres", strangers),
    }


print(json.dumps([tried(case) for case in json.load(sys.stdin)]))
os.unlink(DUMP)
