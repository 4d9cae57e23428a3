import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeBlueprint } from "../../../blueprint/blueprint";
import type { Settings } from "../../../blueprint/settings";
import { bodiesPath, bodiesProgram } from "../../../roles/loadBalancer/bodies";
import {
  certificateConfiguration,
  certificatePaths,
  challengeAnswer,
} from "../../../roles/loadBalancer/certificateKeeper/certificateKeeper";
import { headBytes } from "../../../roles/loadBalancer/heads";
import { ends, endsPath } from "../../../roles/loadBalancer/logFormat";
import { contextOf, fileOf } from "../context";
import { judge } from "../debian";

const here = (file: string) => readFileSync(join(__dirname, file), "utf8");

/**
 * Runs HAProxy as load-balancer-1 of these settings has it, before an instance, and one of the programs of this folder
 * that sends it visitors.
 *
 * @param argument what the program takes beside where HAProxy and the instance are
 * @param beside further modules of the program, by name
 * @returns the object that the program prints
 */
export function throughHaproxy(
  program: string,
  settings: Settings,
  argument: string,
  beside: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const [instance] = makeBlueprint(settings).instances;
  const { code, output } = judge(
    `python3 "$(dirname %s)/${program}" %s "$(cat "$(dirname %s)/argument")" ${instance?.address}:${instance?.port} 10.0.1.11`,
    fileOf("load-balancer-1", "/etc/haproxy/haproxy.cfg", settings),
    "haproxy.cfg",
    {
      [bodiesPath]: bodiesProgram(),
      [endsPath]: ends(headBytes),
      ...(settings.https && httpsFiles(settings)),
      "/lab.py": here("lab.py"),
      [`/${program}`]: here(program),
      "/argument": argument,
      ...beside,
    },
  );
  const said = output.split("\n").find((line) => line.startsWith("{"));
  if (!said || code !== 0) throw new Error(output);
  return JSON.parse(said) as Record<string, unknown>;
}

/** What HAProxy needs for https, but certificates. */
function httpsFiles(settings: Settings): Record<string, string> {
  const { blueprint, machine } = contextOf("load-balancer-1", settings);
  const { program, configuration, challenge } = certificatePaths;
  if (!settings.https) return {};
  return {
    // What is in /run goes with the test.
    [configuration]: certificateConfiguration(settings.https, blueprint, machine, "127.0.0.1").replace(
      certificatePaths.state,
      "/run/kept-certificates",
    ),
    [challenge]: challengeAnswer("thumbprint"),
    ...Object.fromEntries(
      ["prepare.py", "common.py"].map((name) => [`${name}`, fileOf("load-balancer-1", `${program}/${name}`, settings)]),
    ),
  };
}
