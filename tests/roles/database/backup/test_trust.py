"""Nothing that comes from a database becomes SQL, and root writes nothing as itself where another user may lay links."""

from __future__ import annotations

import ast
import os
import pwd
import re
import tempfile
import unittest
from pathlib import Path
from typing import Iterator
from unittest import mock

from examples import PROGRAM

import postgres

PROGRAMS = [*Path(PROGRAM).glob("*.py"), *Path(PROGRAM, "../../program").glob("*.py")]
SQL = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|ALTER|CREATE|DROP|GRANT|REVOKE|SHOW)\b")
RUNS_NONE = ("leaving_out.py",)
"""It has patterns for statements of foreign dumps."""
WRITES = ("mkdir", "makedirs", "chown", "chmod", "rename", "replace_file", "rmtree", "unlink", "symlink")

ROOTS_OWN = {
    ("backups.py", "make_folders"): "the volume's top folder and /var/lib/holdfast are root's",
    ("foreign.py", "repository"): "in /run/holdfast-backup, which is root's until the folder is whole",
    ("foreign.py", "forget"): "rmtree follows no links",
    ("importing.py", "receive"): "a folder of root's on the volume's top folder, which is root's",
    ("importing.py", "tidy"): "the same",
    ("jobs.py", "start"): "in /run/holdfast-backup",
    ("jobs.py", "forget_request"): "in /run/holdfast-backup",
    ("jobs.py", "lock_file"): "in /run/holdfast-backup",
    ("loading.py", "logged_in"): "in /run/holdfast-backup",
    ("loading.py", "work_folder"): "in that folder, which is root's; what is in it is somebody else's from the last step on",
    ("restoring.py", "restore"): "in /var/lib/holdfast",
    ("restoring.py", "undo"): "in /var/lib/holdfast",
    ("scratch.py", "configure"): "runs as the user postgres (units.ts)",
    ("scratch.py", "restored"): "runs as the user postgres (units.ts)",
    ("scratch.py", "remove"): "runs as the user postgres (units.ts)",
    ("space.py", "look"): "the volume's top folder is root's",
    ("space.py", "make_ballast"): "the volume's top folder is root's",
}


def pasted(tree: ast.AST) -> Iterator[ast.expr]:
    """Texts with SQL that are put together from others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
            text = "".join(part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            text = ast.unparse(node.func.value)
        else:
            continue
        if SQL.search(text):
            yield node


def writes(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "open":
        text = [ast.unparse(one) for one in [*node.args[1:2], *(key.value for key in node.keywords if key.arg == "mode")]]
        return any(re.search(r"^'[^']*[wax+]|O_CREAT|O_WRONLY|O_RDWR", one) for one in text)
    return name in WRITES


def unguarded(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Functions that write, and what; what happens with the rights of the user postgres left out."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        guarded = {
            inner
            for block in ast.walk(function)
            if isinstance(block, ast.With) and any("acting_as_postgres" in ast.unparse(item) for item in block.items)
            for inner in ast.walk(block)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and node not in guarded and writes(node):
                yield function.name, ast.unparse(node)


class TrustTest(unittest.TestCase):
    def test_no_statement_is_put_together_from_texts(self) -> None:
        for path in (one for one in PROGRAMS if one.name not in RUNS_NONE):
            for node in pasted(ast.parse(path.read_text("utf-8"))):
                self.fail(f"{path.name}:{node.lineno} pastes SQL together: give its parts to Session.ask")

    def test_root_writes_only_where_nobody_else_does(self) -> None:
        for path in PROGRAMS:
            for function, call in unguarded(ast.parse(path.read_text("utf-8"))):
                self.assertIn((path.name, function), ROOTS_OWN, f"{call}: use acting_as_postgres, or say why root may")

    def test_the_rules_see_what_they_forbid(self) -> None:
        for source in ('f"SELECT count(*) FROM {table}"', '"DROP TABLE " + name', '"ALTER ROLE %s" % name', '"SHOW {}".format(name)'):
            self.assertEqual(len(list(pasted(ast.parse(source)))), 1, source)
        for source in ('open(path, "a")', 'os.open(path, os.O_RDWR)', "os.mkdir(path)", "shutil.chown(path)"):
            self.assertEqual(len(list(unguarded(ast.parse(f"def f():\n    {source}")))), 1, source)

    @unittest.skipUnless(os.geteuid() == 0, "only root becomes another user")
    def test_a_link_in_a_folder_of_postgres_leads_root_nowhere(self) -> None:
        user = pwd.getpwnam("nobody")
        with tempfile.TemporaryDirectory() as top, mock.patch.object(postgres, "USER", "nobody"):
            os.chmod(top, 0o755)
            theirs, ours = os.path.join(top, "theirs"), os.path.join(top, "ours")
            os.mkdir(theirs)
            os.chown(theirs, user.pw_uid, user.pw_gid)
            os.mkdir(ours, 0o700)
            os.symlink(os.path.join(ours, "planted"), os.path.join(theirs, "postgresql.conf"))
            with self.assertRaises(PermissionError), postgres.acting_as_postgres():
                with open(os.path.join(theirs, "postgresql.conf"), "w", encoding="utf-8"):
                    pass
            self.assertEqual(os.listdir(ours), [])
            self.assertEqual((os.geteuid(), os.getegid()), (0, 0))


if __name__ == "__main__":
    unittest.main()
