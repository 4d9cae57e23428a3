import type { Settings } from "../blueprint/settings";

/** The path that is answered with 200 when an instance is ready: as set, else as the release says. */
export function healthPath({ app, release }: Settings): string {
  return app.health ?? release.manifest.health;
}
