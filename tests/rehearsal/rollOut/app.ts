import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashOfFolder } from "../../../provider/machine/archives/folder";
import type { ConfigurationInputs, UnitInput } from "../../../provider/machine/inputs";
import { front, type Lab } from "../configuration/lab";

/** How a version behaves; `good` is one that does what an app should. */
export type Behaviour =
  | "good"
  | "answers 500"
  | "opens another port"
  | "crashes after 2 s"
  | "ignores SIGTERM"
  | "has no program"
  | "eats memory";

const release = "/opt/app/release";
const unitFile = "/etc/systemd/system/app@.service";

/** A web server that says its version, and has the fault that it is asked for. */
const program = (version: string, behaviour: Behaviour) => `
import os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

behaviour = ${JSON.stringify(behaviour)}

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if behaviour == "answers 500" else 200)
        self.end_headers()
        self.wfile.write(b"${version}")
    def log_message(self, *arguments):
        pass

if behaviour == "ignores SIGTERM":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if behaviour == "crashes after 2 s":
    def crash():
        print("fatal: out of luck", flush=True)
        os._exit(3)
    threading.Timer(2, crash).start()
if behaviour == "eats memory":
    hoard = [b"x" * (1 << 20) for _ in range(1 << 20)]
port = int(os.environ["PORT"]) + (1000 if behaviour == "opens another port" else 0)
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
`;

const unit = `[Service]
Type=exec
ExecStart=/usr/bin/python3 ${release}/app.py
WorkingDirectory=${release}
Environment=PORT=800%i
Restart=always
RestartSec=200ms
TimeoutStopSec=2
KillMode=mixed
MemoryMax=64M
OOMPolicy=kill
`;

/** A release of the app, in a folder below `folder`, and the inputs of the machine that runs two instances of it. */
export async function appInputs(
  lab: Lab,
  folder: string,
  version: string,
  behaviour: Behaviour = "good",
  more: Partial<UnitInput> = {},
): Promise<ConfigurationInputs> {
  const source = join(folder, `${version}-${behaviour.replaceAll(" ", "-")}`);
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, behaviour === "has no program" ? "other.py" : "app.py"), program(version, behaviour));
  return {
    machine: front.name,
    serverId: String(front.id),
    connection: lab.connection,
    lease: { ...lab.connection, serverId: String(front.id) },
    archives: {
      [release]: { source, sha256: await hashOfFolder(source), label: `shop ${version}`, keep: 5 },
    },
    files: { [unitFile]: { content: unit } },
    units: [1, 2].map((number) => ({
      name: `app@${String(number)}.service`,
      enabled: false,
      restartOn: [release, unitFile],
      healthy: `curl -fsS -o /dev/null --max-time 2 http://127.0.0.1:800${String(number)}/`,
      timeout: 4,
      healthyFor: 0.5,
      beforeStop: `rm /run/in-service-${String(number)}`,
      afterHealthy: `touch /run/in-service-${String(number)}`,
      ...more,
    })),
  };
}

/** What both instances answer, and whether they are in service. */
export async function state(lab: Lab): Promise<string[]> {
  const ask = (number: number) =>
    `curl -fsS http://127.0.0.1:800${String(number)}/; test -e /run/in-service-${String(number)} && echo ' in service'`;
  return (await lab.inside(front.id, `${ask(1)}; ${ask(2)}`)).trim().split("\n");
}
