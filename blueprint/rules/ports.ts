import { connectionsOf } from "../connections";
import { ports } from "../ports";
import type { Rule } from "./rule";

/** Instances' ports end below 65536 and do not meet those of the stack itself. */
export const portsAreFree: Rule = ({ app, database, https }) => {
  if (!app) return [];
  const first = app.port;
  const last = app.port + app.instances - 1;
  const taken = [
    { name: "HAProxy's status page", from: ports.status, to: ports.status },
    { name: "HAProxy's peers", from: ports.peers, to: ports.peers },
    { name: "drain agents", from: ports.agent + 1, to: ports.agent + app.instances },
    ...(https ? [{ name: "the certificate keeper", from: ports.certificateKeeper, to: ports.certificateKeeper }] : []),
    // Elsewhere it has a machine of its own.
    ...(database?.machines === 0 ? [{ name: "PostgreSQL", from: ports.database, to: ports.database }] : []),
    ...(database?.machines === 0 && connectionsOf(app, database).pool
      ? [{ name: "PostgreSQL's pool", from: ports.pool, to: ports.pool }]
      : []),
  ].filter(({ from, to }) => first <= to && from <= last);
  return taken.map(({ name, from, to }) => ({
    setting: "holdfast:app.port",
    value: app.port,
    wrong: `makes instances listen on ${first}–${last}, which meets ${name} (${from}–${to})`,
    why: "two programs cannot listen on one port",
    fix: "leave it out (8001), or write a port whose range is free",
  }));
};
