"""
Candidates are refused before they take their place. Validators see the machine as it would be: in a mount namespace of
their own, with all new files at their real paths, so that a configuration that names another new file is judged
rightly, and messages name the path that people know.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from common import Problem, last_lines, run, write_new
from events import Events
from layout import Layout
from transaction import Operation, Transaction

# Seconds for one validator.
TIMEOUT = 60.0
# Exit code of `view` where the kernel refuses the mounts.
NO_VIEW = 75


def validate(layout: Layout, transaction: Transaction, operations: list[Operation], validators: dict[str, str], events: Events) -> None:
    """`validators`: path → command, for changed files only. Raises `Problem` with what each of them said."""
    if not validators:
        return
    events.status(f"validating {', '.join(validators)}")
    # Holdfast's own list is not for validators, and lies where the view is made.
    operations = [operation for operation in operations if layout.state not in layout.real(operation["path"]).parents]
    staged = transaction.folder / "staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700)
    job = staged / "job.json"
    write_new(job, json.dumps({"operations": operations, "validators": validators}).encode())
    refused = None
    if layout.is_machine:
        answer = run(_in_namespace(["view", str(job)]), TIMEOUT * len(validators) + 10)
        if answer.returncode == 0:
            refused = json.loads(answer.stdout.splitlines()[-1])
        elif answer.returncode == NO_VIEW:
            events.info(f"validators run on copies of the files: {last_lines(answer.stdout, 1)}")
        else:
            raise Problem("The validators could not be run", last_lines(answer.stdout))
    if refused is None:
        refused = _validate_copies(staged, operations, validators)
    shutil.rmtree(staged, ignore_errors=True)
    if refused:
        messages = "\n".join(f"{path}: {message}" for path, message in refused.items())
        raise Problem(f"Refused by its validator: {', '.join(refused)}", messages)


def _in_namespace(command: list[str]) -> list[str]:
    program = str(Path(__file__).parent)
    return ["unshare", "--mount", "--propagation", "private", sys.executable, program, *command]


def view(job_file: Path) -> int:
    """Runs inside the mount namespace: lays the new files over the old ones and prints which validators refuse."""
    job = json.loads(job_file.read_text("utf-8"))
    scratch = job_file.parent / "view"
    scratch.mkdir()
    if (problem := _mount(["-t", "tmpfs", "-o", "mode=0700", "tmpfs", str(scratch)])) is not None:
        print(problem)
        return NO_VIEW
    for index, folder in enumerate(overlaid([Path(operation["path"]) for operation in job["operations"]])):
        if folder == Path("/"):
            print("a file in / itself cannot be laid over the old one")
            return NO_VIEW
        upper, work = scratch / f"upper{index}", scratch / f"work{index}"
        upper.mkdir(mode=0o755)
        work.mkdir()
        # The folder's own mode and owner are taken from the upper layer.
        shutil.copystat(folder, upper)
        os.chown(upper, folder.stat().st_uid, folder.stat().st_gid)
        layers = f"lowerdir={folder},upperdir={upper},workdir={work}"
        if (problem := _mount(["-t", "overlay", "-o", layers, "overlay", str(folder)])) is not None:
            print(problem)
            return NO_VIEW
    for operation in job["operations"]:
        _place(Path(operation["path"]), operation)
    print(json.dumps(_refusals({path: path for path in job["validators"]}, job["validators"])))
    return 0


def overlaid(paths: list[Path]) -> list[Path]:
    """The folders to cover so that all paths can be written: nearest that exists, none inside another."""
    folders: list[Path] = []
    for path in sorted(paths):
        folder = path.parent
        while not folder.exists():
            folder = folder.parent
        folders.append(folder)
    return sorted({f for f in folders if not any(other in f.parents for other in folders)})


def _mount(arguments: list[str]) -> str | None:
    answer = run(["mount", *arguments], 10)
    return None if answer.returncode == 0 else answer.stdout


def _place(path: Path, operation: Operation) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if "content" in operation:
        write_new(path, operation["content"].encode(), operation["mode"], (operation["uid"], operation["gid"]))
    elif "link" in operation:
        path.symlink_to(operation["link"])


def _validate_copies(staged: Path, operations: list[Operation], validators: dict[str, str]) -> dict[str, str]:
    """A folder each, so that every candidate keeps its name: some programs judge a file by it."""
    candidates: dict[str, str] = {}
    for index, operation in enumerate(operations):
        if operation["path"] in validators and "content" in operation:
            candidate = staged / str(index) / Path(operation["path"]).name
            candidate.parent.mkdir()
            write_new(candidate, operation["content"].encode(), operation["mode"])
            candidates[operation["path"]] = str(candidate)
    return _refusals(candidates, validators)


def _refusals(candidates: dict[str, str], validators: dict[str, str]) -> dict[str, str]:
    refused: dict[str, str] = {}
    for path, candidate in candidates.items():
        answer = run(["sh", "-c", validators[path].replace("%s", shlex.quote(candidate))], TIMEOUT)
        if answer.returncode != 0:
            refused[path] = last_lines(answer.stdout) or f"`{validators[path]}` ended with {answer.returncode}"
    return refused
