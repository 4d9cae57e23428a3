"""Releases and other folders that come as archives: received, checked, unpacked beside, and linked by the transaction."""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import time
import zlib
from pathlib import Path
from typing import BinaryIO, Iterator

from common import Problem, last_lines, run, sync_folder, write_new
from comparing import read_manifest
from layout import Layout
from request import Archive, Kept, Manifest, Request, archive_key, kept_before

CHUNK = 1 << 20
# Seconds. Something younger may belong to an apply that waits for its turn.
YOUNG = 3600
UNPACK_TIMEOUT = 600.0
MIB = 1 << 20
MOST_PACKED = 4096 * MIB
"""Bytes of an archive."""
MOST_UNPACKED = 16384 * MIB
"""Bytes of all files in it."""
MOST_ENTRIES = 500_000
"""Files, folders and links in it: each takes an inode, of which the machine has a limited number."""
ROOM = 512 * MIB
"""Bytes that stay free on the machine's disk, for logs and for what keeps it running."""


def receive(layout: Layout, sha256: str, form: str, stream: BinaryIO) -> None:
    """
    Takes a compressed tar from the stream. `form` tells what the checksum is of: `tar.gz` and `tar.zst` the file as it
    is, `tar` what is in the gzip (a folder packed by the client, whose compression may differ from one Node release to
    the next).
    """
    layout.make()
    ending = ".tar.zst" if form == "tar.zst" else ".tar.gz"
    incoming = layout.archives / f".{sha256}{ending}"
    digest = hashlib.sha256()
    inflate = zlib.decompressobj(wbits=31)
    write_new(incoming, b"")
    try:
        with open(incoming, "wb") as file:
            while chunk := stream.read(CHUNK):
                if file.tell() + len(chunk) > MOST_PACKED:
                    raise Problem(f"The archive is larger than {MOST_PACKED // MIB} MiB: build the release without what it does not need.")
                file.write(chunk)
                digest.update(inflate.decompress(chunk) if form == "tar" else chunk)
            if form == "tar":
                digest.update(inflate.flush())
            file.flush()
            os.fsync(file.fileno())
    except zlib.error as error:
        incoming.unlink()
        raise Problem(f"The archive arrived damaged: {error}.") from error
    except Problem:
        incoming.unlink()
        raise
    if digest.hexdigest() != sha256:
        incoming.unlink()
        raise Problem(f"The archive arrived with SHA-256 {digest.hexdigest()}, expected {sha256}.")
    os.replace(incoming, layout.archives / f"{sha256}{ending}")


def unpack(layout: Layout, archive: Archive) -> None:
    """
    Makes the folder that the transaction links to. It has its name only when it is complete. Whatever umask and program
    packed it, modes are those of git: 0755 for folders and what can be executed, 0644 for everything else.
    """
    target = layout.archives / archive_key(archive)
    if target.is_dir():
        return
    packed = layout.packed(archive["sha256"])
    if packed is None:
        raise Problem(f"The archive {archive['sha256'][:12]} is no longer on the machine; try again.")
    partial = layout.archives / f".{archive_key(archive)}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    # Root's alone until it was looked through.
    partial.mkdir(mode=0o700)
    decompress = "--zstd" if packed.name.endswith(".zst") else "--gzip"
    name = archive.get("label") or archive["sha256"][:12]
    try:
        _require_room(packed, decompress, name, shutil.disk_usage(partial).free)
    except Problem:
        _discard(partial)
        packed.unlink(missing_ok=True)
        raise
    # GNU tar refuses `..`, makes absolute names relative, and makes links last, so that none leads out.
    answer = run(
        ["tar", "-x", decompress, "-f", str(packed), "--no-same-owner", "-C", str(partial)], UNPACK_TIMEOUT
    )
    try:
        if answer.returncode != 0:
            raise Problem(f"The archive of {name} is damaged and cannot be unpacked", last_lines(answer.stdout))
        _give(partial, archive, name)
    except Problem:
        shutil.rmtree(partial, ignore_errors=True)
        # Sent once more, it may arrive whole.
        packed.unlink(missing_ok=True)
        raise
    os.sync()
    os.rename(partial, target)
    sync_folder(layout.archives)
    packed.unlink(missing_ok=True)


def date(layout: Layout, path: str, archive: Archive) -> int:
    """
    Gives all that is unpacked the time (seconds since 1970) of its roll-out, and returns it: servers make validators of
    times (ETag, Last-Modified), and a browser keeps an old page for which they did not change. What runs already keeps
    its time unless the request names one: the first machine chooses it, the others are told.
    """
    folder = layout.archives / archive_key(archive)
    link = layout.real(path)
    before = int(os.stat(link).st_mtime) if link.is_dir() else 0
    # Later than what it replaces, by whatever clock: an answer "not modified since" would be wrong otherwise.
    chosen = before if _is_linked(layout, path, archive) else max(int(time.time()), before + 1)
    when = archive.get("time", chosen)
    if not _is_dated(folder, when):
        # The folder itself is last, as a sign that all is done.
        for one in reversed(list(_paths(folder))):
            os.utime(one, (when, when), follow_symlinks=False)
    return when


def times(layout: Layout, request: Request) -> dict[str, int] | None:
    """Those of what runs; None where `date` would change one."""
    found: dict[str, int] = {}
    for path, archive in request["archives"].items():
        folder = layout.archives / archive_key(archive)
        if not _is_linked(layout, path, archive):
            return None
        found[path] = archive.get("time", int(os.stat(folder).st_mtime))
        if not _is_dated(folder, found[path]):
            return None
    return found


def _is_linked(layout: Layout, path: str, archive: Archive) -> bool:
    folder = layout.archives / archive_key(archive)
    return folder.is_dir() and os.path.realpath(layout.real(path)) == os.path.realpath(folder)


def _is_dated(folder: Path, when: int) -> bool:
    return all(int(os.lstat(folder / name).st_mtime) == when for name in [".", *os.listdir(folder)])


def _require_room(packed: Path, decompress: str, name: str, free: int) -> None:
    """
    Raises Problem when what is in an archive is too much. It looks before anything is written: a few kilobytes may say that
    they are terabytes.
    """
    listing = ["tar", "-t", "-v", decompress, "-f", str(packed), "--numeric-owner", "--quoting-style=escape"]
    total = entries = 0
    with subprocess.Popen(listing, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"}) as tar:
        assert tar.stdout is not None
        try:
            for line in tar.stdout:
                entries += 1
                # Mode, owner, size; a device has two numbers there, and is refused later.
                size = line.split(None, 3)[2]
                total += int(size) if size.isdigit() else 0
                _require_little(name, entries, total, free)
        finally:
            tar.kill()


def _require_little(name: str, entries: int, total: int, free: int) -> None:
    if entries > MOST_ENTRIES:
        raise Problem(f"The archive of {name} has more than {MOST_ENTRIES} files: build the release without those it does not need.")
    if total > MOST_UNPACKED:
        raise Problem(f"The archive of {name} unpacks to more than {MOST_UNPACKED // MIB} MiB: build a smaller release.")
    if total + ROOM > free:
        raise Problem(
            f"The archive of {name} unpacks to {total // MIB} MiB or more, and the machine's disk has {free // MIB} MiB free, of which "
            f"{ROOM // MIB} MiB have to stay free: make room, or take a larger server type."
        )


def _give(folder: Path, archive: Archive, name: str) -> None:
    """Everything in it gets its owner, and nothing runs with another's rights. Raises Problem, also when it is no good."""
    try:
        uid = pwd.getpwnam(archive["owner"]).pw_uid
        gid = grp.getgrnam(archive["group"]).gr_gid
    except KeyError as error:
        raise Problem(f"Archive {archive['sha256'][:12]}: {error.args[0]}; its owner has to exist first.") from error
    _require_harmless(folder, name)
    for path in _paths(folder):
        os.chown(path, uid, gid, follow_symlinks=False)
        mode = os.lstat(path).st_mode
        if not stat.S_ISLNK(mode):
            os.chmod(path, 0o755 if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else 0o644)


def _require_harmless(folder: Path, name: str) -> None:
    """
    Raises Problem when there is something that no release needs and that its owner could do harm with: device files, FIFOs,
    sockets, and files that something outside of the folder has a name for too.
    """
    links: dict[int, list[os.stat_result]] = {}
    for path in _paths(folder):
        found = os.lstat(path)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            what = ascii(os.path.relpath(path, folder))
            raise Problem(f"The archive of {name} has {what}, which is no file, folder or link: build the release without it.")
        if stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
            links.setdefault(found.st_ino, []).append(found)
    if any(len(names) != names[0].st_nlink for names in links.values()):
        raise Problem(f"The archive of {name} has hard links to files outside of it: build the release without them.")


def _paths(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            yield os.path.join(parent, name)


def settle(layout: Layout) -> None:
    """
    What is unpacked stays as long as a manifest names it: going back to one of the last releases takes no upload. May
    be repeated.
    """
    needed = _awaited(layout)
    for manifest in _manifests(layout):
        for path in manifest["archives"]:
            needed.update(entry["key"] for entry in kept_before(path, manifest))
    for entry in layout.archives.iterdir():
        if entry.name in needed:
            continue
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            shutil.rmtree(entry, ignore_errors=True)
        elif time.time() - entry.lstat().st_ctime > YOUNG:
            # It may have arrived for an apply that has not been asked for yet.
            _discard(entry)
    for manifest in _manifests(layout):
        for path in manifest["archives"]:
            _link_by_version(layout, path, kept_before(path, manifest))


def _discard(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)


def _manifests(layout: Layout) -> list[Manifest]:
    return [read_manifest(layout, file.stem) for file in (layout.state / "applied").glob("*.json")]


def _awaited(layout: Layout) -> set[str]:
    """Unpacked archives that an apply in the queue is going to link to."""
    found: set[str] = set()
    for file in layout.transactions.glob("*/request.json"):
        try:
            request: Request = json.loads(file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            continue  # it has just ended
        found.update(archive_key(archive) for archive in request["archives"].values())
    return found


def _link_by_version(layout: Layout, path: str, kept: list[Kept]) -> None:
    """For people: what lies at /opt/app/release is also at /opt/app/releases/1.4.0, together with those before it."""
    folder = layout.real(f"{path}s")
    # Oldest first: of two builds of one version the newer one has the name.
    wanted = {
        version: str(layout.archives / entry["key"])
        for entry in reversed(kept)
        if (version := _version(entry["label"])) is not None
    }
    if not wanted and not folder.is_dir():
        return
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for link in folder.iterdir():
        ours = link.is_symlink() and Path(os.readlink(link)).parent == layout.archives
        if ours and wanted.get(link.name) != os.readlink(link):
            link.unlink()
    for version, target in wanted.items():
        if not os.path.lexists(folder / version):
            os.symlink(target, folder / version)


def _version(label: str) -> str | None:
    """The last word of `guestbook 1.4.0`; a label of one word has no version."""
    _, blank, version = label.rpartition(" ")
    return version if blank and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+~_-]*", version) else None
