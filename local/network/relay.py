"""Carries connections out of a network namespace to the local cloud's process.

Usage: relay.py MARK SOCKET NAME PORT ADDRESS...

Listens on each ADDRESS in the namespace that it was started in, and passes each connection on to the Unix socket SOCKET.
One line of JSON comes first: the relay's NAME (as "door") and the address that the connection came from. The router has
made sure that a machine cannot use an address that is not its own. While nobody listens on SOCKET, connections are closed
at once.
MARK is not used: it lets the local cloud find this process again.
"""

import asyncio
import contextlib
import json
import sys

PIECE = 65536


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copies bytes until one side ends; an end is passed on, so that half-closed connections work."""
    with contextlib.suppress(ConnectionError, OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def main(socket_path: str, name: str, port: int, addresses: list[str]) -> None:
    """Serves until it is ended."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source = writer.get_extra_info("peername")[0]
        out: asyncio.StreamWriter | None = None
        try:
            answers, out = await asyncio.open_unix_connection(socket_path)
            out.write(json.dumps({"door": name, "source": source}).encode() + b"\n")
            await asyncio.gather(pump(reader, out), pump(answers, writer))
        except OSError:
            pass  # the local cloud is not there: the caller sees a closed connection
        finally:
            for end in (writer, out):
                if end is not None:
                    end.close()

    servers = [await asyncio.start_server(serve, address, port) for address in addresses]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5:]))
