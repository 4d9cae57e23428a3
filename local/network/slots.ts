import { mkdirSync, readFileSync, readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot, localPaths } from "../paths";
import { addressPlan, SLOTS, type AddressPlan } from "./addresses";

/** Who has which slot on this computer; empty after a boot, as machines and routes are. */
const CLAIMS = "/run/holdfast/slots";

/**
 * The addresses of this local cloud. The first call claims a slot; it stays the cloud's until {@link releaseSlot}, also
 * over restarts of this computer, because addresses that were handed out must stay valid. The cloud that is called
 * `local` always has slot 0, so its URL is the same on every computer.
 *
 * Without root no machine can run and nothing can clash: such a cloud has the addresses of slot 0.
 *
 * @throws when all slots are taken, naming the clouds that have them
 */
export function claimAddresses(name: string): AddressPlan {
  if (!isRoot) return addressPlan(0);
  const remembered = rememberedSlot(name);
  const wanted = remembered ?? claimedSlots().find((claim) => claim.name === name)?.slot;
  const candidates = wanted === undefined ? (name === "local" ? [0] : otherSlots()) : [wanted];
  for (const slot of candidates) {
    if (!claim(slot, name)) continue;
    mkdirSync(localPaths(name).state, { recursive: true, mode: 0o700 });
    writeFileSync(slotFile(name), `${slot}\n`);
    return addressPlan(slot);
  }
  const holders = claimedSlots().map((entry) => entry.name);
  throw new Error(
    `no addresses are left for the local cloud "${name}": the local clouds ${holders.join(", ")} use them all: take one down (holdfast local down)`,
  );
}

/** Gives the slot of this local cloud back. */
export function releaseSlot(name: string): void {
  for (const { slot } of claimedSlots().filter((entry) => entry.name === name)) {
    unlinkSync(join(CLAIMS, String(slot)));
  }
  rmSync(slotFile(name), { force: true });
  if (claimedSlots().length === 0) rmSync(CLAIMS, { recursive: true, force: true });
}

/** The slot that this local cloud has, if it has one. */
export function currentSlot(name: string): number | undefined {
  return claimedSlots().find((entry) => entry.name === name)?.slot ?? rememberedSlot(name);
}

/** Slot 0 is kept for the cloud that is called `local`. */
function otherSlots(): number[] {
  return Array.from({ length: SLOTS - 1 }, (_, index) => index + 1);
}

function claim(slot: number, name: string): boolean {
  const file = join(CLAIMS, String(slot));
  mkdirSync(CLAIMS, { recursive: true });
  try {
    writeFileSync(file, `${name}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readFileSync(file, "utf8").trim() === name;
  }
}

function claimedSlots(): { slot: number; name: string }[] {
  try {
    return readdirSync(CLAIMS).map((file) => ({
      slot: Number(file),
      name: readFileSync(join(CLAIMS, file), "utf8").trim(),
    }));
  } catch {
    return []; // no local cloud has claimed a slot since this computer started
  }
}

function rememberedSlot(name: string): number | undefined {
  try {
    return Number(readFileSync(slotFile(name), "utf8"));
  } catch {
    return undefined;
  }
}

function slotFile(name: string): string {
  return join(localPaths(name).state, "slot");
}
