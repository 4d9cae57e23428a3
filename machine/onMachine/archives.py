"""Releases and other folders that come as archives: received, checked, unpacked beside, and linked by the transaction."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import shutil
import time
import zlib
from pathlib import Path
from typing import BinaryIO

from comparing import read_manifest
from layout import Failed, Layout, last_lines, run, sync_folder, write_new
from request import Archive, Manifest, Request, archive_key

CHUNK = 1 << 20
# Seconds. Something younger may belong to an apply that waits for its turn.
YOUNG = 3600
UNPACK_TIMEOUT = 600.0


def receive(layout: Layout, sha256: str, form: str, stream: BinaryIO) -> None:
    """
    Takes a gzipped tar from the stream. `form` tells what the checksum is of: `tar.gz` the file as it is, `tar` what is
    in the gzip (a folder packed by the client, whose compression may differ from one Node release to the next).
    """
    layout.make()
    incoming = layout.archives / f".{sha256}.tar.gz"
    digest = hashlib.sha256()
    inflate = zlib.decompressobj(wbits=31)
    write_new(incoming, b"")
    with open(incoming, "wb") as file:
        while chunk := stream.read(CHUNK):
            file.write(chunk)
            digest.update(chunk if form == "tar.gz" else inflate.decompress(chunk))
        if form == "tar":
            digest.update(inflate.flush())
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != sha256:
        incoming.unlink()
        raise Failed(f"The archive arrived with SHA-256 {digest.hexdigest()}, expected {sha256}.")
    os.replace(incoming, layout.archives / f"{sha256}.tar.gz")


def unpack(layout: Layout, archive: Archive) -> None:
    """Makes the folder that the transaction links to. It has its name only when it is complete."""
    target = layout.archives / archive_key(archive)
    if target.is_dir():
        return
    packed = layout.archives / f"{archive['sha256']}.tar.gz"
    partial = layout.archives / f".{archive_key(archive)}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o755)
    # GNU tar refuses `..`, makes absolute names relative, and makes links last, so that none leads out.
    answer = run(["tar", "-xzf", str(packed), "--no-same-owner", "-C", str(partial)], UNPACK_TIMEOUT)
    if answer.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise Failed(f"The archive {archive['sha256'][:12]} cannot be unpacked", last_lines(answer.stdout))
    _give(partial, archive)
    os.sync()
    os.rename(partial, target)
    sync_folder(layout.archives)
    packed.unlink(missing_ok=True)


def _give(folder: Path, archive: Archive) -> None:
    try:
        uid = pwd.getpwnam(archive["owner"]).pw_uid
        gid = grp.getgrnam(archive["group"]).gr_gid
    except KeyError as error:
        raise Failed(f"Archive {archive['sha256'][:12]}: {error.args[0]}; its owner has to exist first.") from error
    for parent, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            os.chown(os.path.join(parent, name), uid, gid, follow_symlinks=False)


def discard_unused(layout: Layout, request: Request, previous: Manifest) -> None:
    """
    Keeps the archives of all configurations on this machine and of the one before: going back to the last release
    takes no upload.
    """
    kept = {*previous["archives"].values()}
    for manifest in (layout.state / "applied").glob("*.json"):
        kept.update(read_manifest(layout, manifest.stem)["archives"].values())
    kept.update(archive_key(archive) for archive in request["archives"].values())
    for entry in layout.archives.iterdir():
        if entry.name in kept or time.time() - entry.lstat().st_ctime < YOUNG:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
