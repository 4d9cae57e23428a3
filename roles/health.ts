import type { Settings } from "../blueprint/settings";

/** The one question that says whether an instance is well: HAProxy, the app machine and the keeper ask it alike. */
export interface HealthQuestion {
  /** It is answered with 200 when the instance is ready. */
  readonly path: string;
  /** The request's `Host`. */
  readonly host: string;
  /** Seconds that a connection may take. */
  readonly connect: number;
  /** Seconds until the answer's head has to be there, once it is connected. */
  readonly answer: number;
}

/** The question of every stack. healthcheck.py beside this file asks it; backends.ts lets HAProxy do so. */
export function healthQuestion(settings: Settings): HealthQuestion {
  return { path: healthPath(settings), host: healthHost(settings), connect: 0.3, answer: 0.4 };
}

/** The path: as set, else as the release says. */
export function healthPath({ app, release }: Settings): string {
  return app.health ?? release.manifest.health;
}

/** The `Host` that an app with a list of allowed ones has to allow: as set, else a host of https, else any computer's. */
export function healthHost({ app, https }: Settings): string {
  return app.healthHost ?? https?.hosts[0] ?? "localhost";
}
