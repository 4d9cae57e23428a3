/** The secrets of a stack that `holdfast rotate` changes. */
export const rotatedSecrets = ["database", "ca", "storage", "releases", "backup-passphrase", "failover-token"] as const;

export type RotatedSecret = (typeof rotatedSecrets)[number];

/**
 * Updates that one rotation takes. With one, the new value takes the old one's place at once. With more, the first of them
 * makes the new value beside the old one, and the last takes the old one away.
 */
export const phasesOf: Readonly<Record<RotatedSecret, 1 | 2 | 3>> = {
  // Instances go over to a second login, and come back when the first one has the new password.
  database: 3,
  ca: 2,
  storage: 2,
  releases: 1,
  // Backups learn both first, so that an apply that is put back can still read what it has changed.
  "backup-passphrase": 3,
  "failover-token": 1,
};

/** Secret → how many steps it has gone on since the stack was made; none for those that never did. */
export type Steps = Readonly<Partial<Record<RotatedSecret, number>>>;

/** Where a secret is on its way from one value to the next. */
export interface Turn {
  /** Number of the value that is valid, or of the old one of two. */
  readonly generation: number;
  /** 0: there is one value. Else there are two, and this says how far the new one has come. */
  readonly phase: number;
}

export function turnOf(secret: RotatedSecret, steps: Steps): Turn {
  const [step, phases] = [steps[secret] ?? 0, phasesOf[secret]];
  return { generation: Math.floor(step / phases), phase: step % phases };
}

/** What HOLDFAST_ROTATE says: `SECRET=STEP`, with commas between several. @throws when it says something else */
export function parseRotate(text: string): readonly (readonly [RotatedSecret, number])[] {
  return text.split(",").map((part) => {
    const [name, number = ""] = part.split("=");
    const secret = rotatedSecrets.find((one) => one === name);
    if (secret && /^[1-9]\d{0,8}$/.test(number)) return [secret, Number(number)] as const;
    throw new Error(`HOLDFAST_ROTATE=${text} is not for people: \`npx holdfast rotate SECRET\` sets it`);
  });
}

/**
 * The steps of an update.
 *
 * @param begun steps that an update has at least begun
 * @param done steps to which an update has come to its end
 * @param wanted HOLDFAST_ROTATE
 * @throws when a step would be left out: the old value would go before everybody has the new one
 */
export function nextSteps(begun: Steps, done: Steps, wanted?: string): Steps {
  const steps = wanted === undefined ? [] : parseRotate(wanted);
  for (const [secret, step] of steps) {
    const now = begun[secret] ?? 0;
    const mayGoOn = (done[secret] ?? 0) === now;
    if (step === now || (step === now + 1 && mayGoOn)) continue;
    throw new Error(
      `the rotation of ${secret} is at step ${now}${mayGoOn ? "" : ", which no update has finished"}, so it cannot go to ` +
        `${step}: \`npx holdfast rotate ${secret}\` takes one step after the other`,
    );
  }
  return { ...begun, ...Object.fromEntries(steps) };
}
