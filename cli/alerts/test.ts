import { testLabel, testReceiver } from "../../roles/monitor/alertmanager.yml";
import type { Watcher } from "../../stack/monitor/machine";

/** Seconds for all channels together. */
export const testLimit = 30;

/** Whether a test message was taken at the other end. */
export interface ChannelResult {
  /** e.g. `page-1` */
  readonly channel: string;
  readonly arrived: boolean;
  /** Seconds until the other end took it. */
  readonly seconds: number;
  /** Why it did not arrive, as far as Alertmanager says. */
  readonly reason?: string;
}

/** Messages of one receiver: how many were tried, and how many of them were refused. */
interface Counts {
  readonly tried: number;
  readonly failed: number;
}

const prefix = testReceiver("");

/** Sends one message by each channel, and waits until each was taken or refused. */
export async function testChannels(
  watcher: Watcher,
  wait: (seconds: number) => Promise<void>,
): Promise<ChannelResult[]> {
  const receivers = await watcher.alertmanager<readonly { readonly name: string }[]>("/receivers");
  const channels = receivers.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const before = countsOf(await watcher.figures());
  const begun = Date.now();
  await watcher.alertmanager(
    "/alerts",
    channels.map((channel) => message(channel, begun)),
  );
  const results = new Map<string, ChannelResult>();
  while (results.size < channels.length && Date.now() - begun < testLimit * 1000) {
    await wait(1);
    const now = countsOf(await watcher.figures());
    const seconds = (Date.now() - begun) / 1000;
    for (const channel of channels.filter((one) => !results.has(one))) {
      const [old, fresh] = [before.get(channel), now.get(channel)];
      const taken = (counts?: Counts) => (counts ? counts.tried - counts.failed : 0);
      if (taken(fresh) > taken(old)) results.set(channel, { channel, arrived: true, seconds });
    }
  }
  const late = channels.filter((channel) => !results.has(channel));
  for (const channel of late) {
    results.set(channel, {
      channel,
      arrived: false,
      seconds: testLimit,
      reason: await reasonOf(watcher, channel, begun),
    });
  }
  return channels.flatMap((channel) => results.get(channel) ?? []);
}

function message(channel: string, begun: number): object {
  return {
    labels: { alertname: "Test", severity: "notice", [testLabel]: channel, run: String(begun) },
    annotations: {
      summary: `a test of the channel ${channel}: nothing is wrong`,
      first: "npx holdfast alerts",
    },
    startsAt: new Date(begun).toISOString(),
    endsAt: new Date(begun + 60_000).toISOString(),
  };
}

/** Channel → counts, from Alertmanager's figures. */
export function countsOf(figures: string): Map<string, Counts> {
  const sums = new Map<string, Counts>();
  const pattern = /^alertmanager_notification_requests(_failed)?_total\{(.*)\} (\S+)$/gm;
  for (const [, failed, labels = "", value] of figures.matchAll(pattern)) {
    const receiver = /receiver_name="([^"]*)"/.exec(labels)?.[1] ?? "";
    if (!receiver.startsWith(prefix)) continue;
    const channel = receiver.slice(prefix.length);
    const old = sums.get(channel) ?? { tried: 0, failed: 0 };
    const more = Number(value);
    sums.set(channel, failed ? { ...old, failed: old.failed + more } : { ...old, tried: old.tried + more });
  }
  return sums;
}

/** What Alertmanager last wrote about the channel; addresses are left out there by itself. */
async function reasonOf(watcher: Watcher, channel: string, begun: number): Promise<string> {
  const since = `@${Math.floor(begun / 1000)}`;
  const log = await watcher
    .shell(`sudo -n journalctl --quiet --output=cat --unit=prometheus-alertmanager --since=${since}`)
    .catch(() => "");
  const lines = log.split("\n").filter((line) => line.includes(testReceiver(channel)));
  const error = /err="((?:[^"\\]|\\.)*)"/.exec(lines.at(-1) ?? "")?.[1];
  return error?.replaceAll('\\"', '"') ?? `nothing was taken within ${testLimit} s`;
}
