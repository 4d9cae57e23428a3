import type { Blueprint, Instance } from "../../blueprint/blueprint";
import { agentInterval } from "../app/agent";
import { healthQuestion } from "../health";
import { watchBodies } from "./bodies";
import { type HaproxyTimings, milliseconds } from "./timings";

/**
 * Three backends over the same instances. In `safe` a request that gets no answer goes to another instance, up to three
 * times. In `unsafe` that happens only while no byte of it was sent; requests under way at an instance that goes down end
 * at once instead of hanging until the time is up. `unsafe` follows the checks of `safe`, so each instance is asked once.
 * The machine's agent has a say too: a drain that it announces outlives every reload and failover here.
 *
 * `safe` has no on-marked-down: it would cut requests that are about to be repeated.
 *
 * `streams` is for connections that last: websockets and server-sent events. HAProxy counts them until they end, so they
 * have places of their own and leave those of requests alone. Until its answer begins, such a request is a safe one.
 */
export function backends({ settings, instances }: Blueprint, timings: HaproxyTimings): string[] {
  const { check, safe, unsafe, silence } = timings;
  const { path, host } = healthQuestion(settings);
  const { requestsPerInstance, streamsPerInstance } = settings.loadBalancer.limits;
  const intervals = [
    `inter ${milliseconds(check.interval)}`,
    `fastinter ${milliseconds(check.fastInterval)}`,
    `downinter ${milliseconds(check.downInterval)}`,
  ].join(" ");
  // Events may come rarely, however the request came here.
  const events = `    http-response set-timeout server ${milliseconds(silence)} if { res.hdr(content-type) -m beg -i text/event-stream }`;
  return [
    "backend safe",
    "    balance leastconn",
    "    option httpchk",
    "    # Closed in order: by default HAProxy resets the connection, and apps write errors about that.",
    "    http-check connect linger",
    `    http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host ${host}`,
    "    http-check expect status 200",
    "    # An instance that is about to end answers 404: it gets nothing new, and finishes what it has.",
    "    http-check disable-on-404",
    "    retries 3",
    "    option redispatch 1",
    "    retry-on conn-failure empty-response response-timeout",
    `    timeout server ${milliseconds(safe.answer)}`,
    events,
    `    default-server check ${intervals} fall ${check.fall} rise ${check.rise} slowstart 5s maxconn ${requestsPerInstance}`,
    ...instances.map(
      (instance) =>
        `    ${server(instance)} agent-check agent-port ${instance.agentPort} agent-inter ${milliseconds(agentInterval)}`,
    ),
    "",
    "backend unsafe",
    "    balance leastconn",
    watchBodies(settings),
    "    # Not asked here, but followed: HAProxy wants both sides to read a 404 alike.",
    "    option httpchk",
    "    http-check disable-on-404",
    "    retries 3",
    "    option redispatch 1",
    "    retry-on conn-failure",
    `    timeout server ${milliseconds(unsafe.answer)}`,
    events,
    `    default-server on-marked-down shutdown-sessions slowstart 5s maxconn ${requestsPerInstance}`,
    ...instances.map((instance) => `    ${server(instance)} track safe/${instance.name}`),
    "",
    "backend streams",
    "    balance leastconn",
    "    option httpchk",
    "    http-check disable-on-404",
    "    retries 3",
    "    option redispatch 1",
    "    retry-on conn-failure empty-response response-timeout",
    ...(settings.app.slowPaths.length > 0
      ? [
          "    http-request disable-l7-retry if { var(txn.slow) -m bool }",
          `    http-request set-timeout server ${milliseconds(unsafe.answer)} if { var(txn.slow) -m bool }`,
        ]
      : []),
    `    timeout server ${milliseconds(safe.answer)}`,
    events,
    `    default-server slowstart 5s maxconn ${streamsPerInstance}`,
    ...instances.map((instance) => `    ${server(instance)} track safe/${instance.name}`),
  ];
}

/** Instances are servers of their own: one that fails leaves its neighbours on the same machine in service. */
function server({ name, address, port }: Instance): string {
  return `server ${name} ${address}:${port}`;
}
