import { PassThrough } from "node:stream";
import { hashOfArchive, openArchive } from "../archives/source";
import type { ConfigurationInputs } from "../inputs";
import type { Session } from "../../ssh/session";
import type { Report } from "../../ssh/waiting";
import { parseEvent, type MachineEnd } from "./events";
import { programCommand } from "./program";

/**
 * Sends the archives that the machine does not have.
 *
 * @throws when a source does not have its checksum, or does not arrive
 */
export async function sendArchives(
  session: Session,
  inputs: ConfigurationInputs,
  missing: readonly string[],
  tell: Report,
): Promise<void> {
  for (const sha256 of missing) {
    const archive = Object.values(inputs.archives ?? {}).find((one) => one.sha256 === sha256);
    if (!archive) throw new Error(`The machine asks for an archive ${sha256} which is not part of the configuration.`);
    await requireUnchanged(archive.source, sha256);
    await send(session, archive.source, sha256, tell);
  }
}

async function requireUnchanged(source: string, sha256: string): Promise<void> {
  const actual = await hashOfArchive(source);
  if (actual === sha256) return;
  throw new Error(
    `${source} has the SHA-256 ${actual}, but ${sha256} is expected: it is damaged, the checksum belongs to another ` +
      "file, or a build wrote into it since the program read it. Nothing was changed.",
  );
}

async function send(session: Session, source: string, sha256: string, tell: Report): Promise<void> {
  const { form, stream } = await openArchive(source);
  let sent = 0;
  const counted = stream.pipe(
    new PassThrough({
      transform(chunk: Buffer, _encoding, done) {
        sent += chunk.length;
        done(null, chunk);
      },
    }),
  );
  stream.on("error", (error) => counted.destroy(error));
  const report = setInterval(() => {
    tell(`sending ${source}: ${(sent / 1e6).toFixed(1)} MB`);
  }, 1_000);
  tell(`sending ${source}`);
  let end: MachineEnd | undefined;
  try {
    const { errors } = await session.run(await programCommand(session, "receive", sha256, form), {
      input: counted,
      onLine: (line) => {
        const event = parseEvent(line);
        if (event?.event === "end") end = event;
      },
    });
    if (end?.result === "received") return;
    throw new Error(`${source} did not arrive on the machine: ${end?.error ?? errors}`);
  } finally {
    clearInterval(report);
  }
}
