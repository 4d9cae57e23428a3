"""What forms a dump has, and how each becomes SQL. Runs as the user who owns nothing: the file may be anybody's."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import tempfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Iterator, Sequence

from common import Problem, last_lines
from explaining import NO_DUMP

HEAD = 512
UTF8_MARK = b"\xef\xbb\xbf"
COMPRESSED = {b"\x1f\x8b": "gzip", b"\xfd7zXZ\0": "xz", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}
OTHERS = {
    b"PK\x03\x04": "a zip archive: unpack it",
    b"7z\xbc\xaf": "a 7z archive: unpack it",
    b"SQLite format 3": "a database of SQLite; an import takes dumps of PostgreSQL",
    b"-- MySQL dump": "a dump of MySQL; an import takes dumps of PostgreSQL",
    b"-- MariaDB dump": "a dump of MariaDB; an import takes dumps of PostgreSQL",
    b"/*!": "a dump of MySQL or MariaDB; an import takes dumps of PostgreSQL",
    b"\xff\xfe": "text in UTF-16, as PowerShell's `>` writes it, which damages dumps: use `pg_dump --file=NAME`",
    b"\xfe\xff": "text in UTF-16: use `pg_dump --file=NAME`",
}


@dataclass
class Source:
    """The SQL of a dump, and the programs that make it."""

    sql: IO[bytes]
    programs: list[tuple[str, subprocess.Popen[bytes], IO[bytes]]] = field(default_factory=list)
    """Name, process and what it says."""

    def require_success(self) -> None:
        """Raises Problem when a program failed before the end."""
        for name, process, said in self.programs:
            code = process.wait()
            if code not in (0, -13):
                said.seek(0)
                words = last_lines(said.read().decode("utf-8", "replace"), 8).strip()
                raise Problem(f"{name} failed (exit code {code}): {words or 'it says nothing'}")


class Unpacked(io.RawIOBase):
    """Decompresses; raises Problem where the file is damaged or its end is missing."""

    def __init__(self, stream: IO[bytes], form: str) -> None:
        self._stream = stream
        self._form = form

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
            raise Problem(f"the end of the {self._form} file is missing, or it is damaged ({error}): copy it again") from error


@contextmanager
def opened(request: dict[str, Any]) -> Iterator[Source]:
    """See loader.main. Raises Problem."""
    with ExitStack() as stack:
        if "server" in request:
            program = [f"{request['programs']}/pg_dump", "--no-owner", "--create", "--format=plain", str(request["server"])]
            yield run(stack, program, None)
        else:
            yield of_file(stack, open(0, "rb", buffering=0, closefd=False), request)


def of_file(stack: ExitStack, file: IO[bytes], request: dict[str, Any]) -> Source:
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise Problem("the file is empty")
    for beginning, what in OTHERS.items():
        if head.startswith(beginning):
            raise Problem(f"this is {what}")
    for beginning, form in COMPRESSED.items():
        if head.startswith(beginning):
            return unpack(stack, file, form, request)
    restore = [f"{request['programs']}/pg_restore", "--no-owner", "--create", "--file=-"]
    if head.startswith(b"PGDMP"):
        return run(stack, restore, file)
    if head[257:262] == b"ustar":
        return of_tar(stack, file, restore, request)
    if b"\0" in head:
        raise Problem(NO_DUMP)
    file.seek(len(UTF8_MARK) if head.startswith(UTF8_MARK) else 0)
    return Source(file)


def unpack(stack: ExitStack, file: IO[bytes], form: str, request: dict[str, Any]) -> Source:
    """SQL is read while it is unpacked. pg_restore wants a file that it can go back in."""
    source = decompressed(stack, file, form)
    head = source.sql.read(HEAD)
    archive = head.startswith((b"PGDMP", *OTHERS, *COMPRESSED)) or b"\0" in head
    if not archive:
        return Source(Joined(head.removeprefix(UTF8_MARK), source.sql), source.programs)  # type: ignore[arg-type]
    whole = stack.enter_context(tempfile.TemporaryFile(dir=request["work"], buffering=0))
    part = head
    while part:
        whole.write(part)
        part = source.sql.read(1024 * 1024)
    source.require_success()
    whole.seek(0)
    return of_file(stack, whole, request)


def decompressed(stack: ExitStack, file: IO[bytes], form: str) -> Source:
    if form in ("zstd", "lz4"):
        return run(stack, [form, "-dcq"], file)
    openers: dict[str, Any] = {"gzip": gzip.open, "xz": lzma.open, "bzip2": bz2.open}
    return Source(Unpacked(openers[form](file, "rb"), form))  # type: ignore[arg-type]


class Joined(io.RawIOBase):
    """What was read already, and the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        return head or self._rest.read(size)


def of_tar(stack: ExitStack, file: IO[bytes], restore: Sequence[str], request: dict[str, Any]) -> Source:
    """pg_dump's own tar format, or a packed folder of its directory format."""
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            names = archive.getnames()
            contents = [name for name in names if os.path.basename(name) == "toc.dat"]
            if len(contents) != 1:
                raise Problem("this is a tar archive that pg_dump did not write, nor the folder of `pg_dump -Fd`: unpack it")
            if contents[0] != "toc.dat" or "restore.sql" not in names:
                archive.extraction_filter = tarfile.data_filter  # type: ignore[attr-defined]
                archive.extractall(request["work"])
                return run(stack, [*restore, os.path.join(request["work"], os.path.dirname(contents[0]))], None)
    except (tarfile.TarError, EOFError) as error:
        raise Problem(f"the end of the tar archive is missing, or it is damaged ({error}): copy it again") from error
    file.seek(0)
    return run(stack, restore, file)


def run(stack: ExitStack, command: Sequence[str], source: IO[bytes] | None) -> Source:
    """A program's output, which is read while it runs."""
    said = stack.enter_context(tempfile.TemporaryFile())
    try:
        process = subprocess.Popen(
            command, cwd="/", stdin=source if source is not None else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        )
    except FileNotFoundError as error:
        name = command[0]
        raise Problem(f"this is compressed with {name}, which the machine does not have: unpack it with `{name} -d`") from error
    assert process.stdout is not None
    stack.callback(end, process)
    return Source(process.stdout, [(os.path.basename(command[0]), process, said)])


def end(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is not None:
        process.stdout.close()
    process.kill()
    process.wait()
