import { serverTypeNames } from "../../catalog";
import { addressRange, decimal, listOf, oneOf, section, text, wholeNumber } from "../fields";

const limits = section(
  {
    connectionsPerSource: wholeNumber(1, 100_000, {
      description: "Connections that one source may have open at a time. By default 100.",
      why: "one source must not use up the connections of all",
      example: "connectionsPerSource: 100",
    }).default(100),
    connectionRatePerSource: wholeNumber(1, 100_000, {
      description: "New connections that one source may open within three seconds. By default 50.",
      why: "opening connections costs the load balancer more than requests do",
      example: "connectionRatePerSource: 50",
    }).default(50),
    requestRatePerSource: wholeNumber(1, 1_000_000, {
      description:
        "Requests that one source may send within ten seconds; more are answered with 429. By default 200. An office behind one address is one source.",
      why: "one source must not keep the instances busy",
      example: "requestRatePerSource: 200",
    }).default(200),
    requestsPerInstance: wholeNumber(1, 100_000, {
      description:
        "Safe requests (GET, HEAD, OPTIONS) that a load balancer gives to one instance at a time, and as many others; more wait in HAProxy. By default 100, so an instance works on at most 200. Websockets and server-sent events do not count here: see `streamsPerInstance`. Each HAProxy process counts for itself: for a short time there are two, while the floating IP moves or after a reload.",
      why: "an instance with too many requests at a time gets slower for all of them",
      example: "requestsPerInstance: 100",
    }).default(100),
    streamsPerInstance: wholeNumber(1, 100_000, {
      description:
        "Connections that last, which a load balancer gives to one instance at a time beside its requests: websockets, and server-sent events that are asked for with `Accept: text/event-stream`. More wait in HAProxy. By default 1000.",
      why: "each of them takes memory of the instance for as long as it is open",
      example: "streamsPerInstance: 1000",
    }).default(1000),
    connections: wholeNumber(100, 1_000_000, {
      description:
        "Connections of all sources together. By default 20000; while data passes, each takes two buffers of 32 KiB.",
      why: "HAProxy reserves memory and file descriptors for this many",
      example: "connections: 20000",
    }).default(20_000),
    bodySize: wholeNumber(1, 10_240, {
      description:
        "MiB that the body of a request may have. HAProxy answers a larger one with 413; one without a given length (chunked) as soon as it gets too large. By default 10.",
      why: "large bodies fill memory and the network",
      example: "bodySize: 10",
    }).default(10),
    bodyRate: wholeNumber(1, 10_240, {
      description:
        "KiB per second that a body has to bring, while it does not pause; a slower one is answered with 408. By default two, a tenth of what a phone with a bad connection sends.",
      why: "sources that send a byte now and then would keep instances busy for ever",
      example: "bodyRate: 2",
    }).default(2),
    bodyPause: decimal(1, 60, {
      description:
        "Seconds that a body may pause before it is answered with 408. By default ten. Its first 8 KiB have this long and the time that they take at `bodyRate`; only then an instance gets the request.",
      why: "a body that has stopped keeps an instance busy",
      example: "bodyPause: 10",
    }).default(10),
    bodiesPerSource: wholeNumber(1, 100_000, {
      description:
        "Bodies larger than 8 KiB that one source may be sending at a time; more are answered with 429. By default 20, and never more than half of the requests that all instances take at a time.",
      why: "one source must not take all places at the instances with large bodies",
      example: "bodiesPerSource: 20",
    }).default(20),
    headerTimeout: decimal(0.5, 60, {
      description: "Seconds that a source may take to send the head of its request. By default five.",
      why: "sources that send a byte now and then would keep connections open for ever",
      example: "headerTimeout: 5",
    }).default(5),
    queueTimeout: decimal(0.1, 60, {
      description: "Seconds that a request waits for a free instance before it is answered with 503. By default five.",
      why: "visitors leave, and an instance should not work for visitors who left",
      example: "queueTimeout: 5",
    }).default(5),
    exempt: listOf(
      addressRange({
        description: "A range of addresses.",
        why: "HAProxy recognises sources by their address",
        example: "198.51.100.7/32",
      }),
      {
        description:
          "Sources without limits of their own: what stands in front of the load balancers and ends TLS, an uptime monitor, a load test. What these say in X-Forwarded-For and X-Forwarded-Proto reaches the instances: the last address of the one, and https of the other. By default none.",
        why: "HAProxy recognises sources by their address",
        example: "exempt: [198.51.100.7/32]",
      },
      { max: 200 },
    ).default([]),
  },
  {
    description: "Limits against floods: what one source, one instance and all sources together may use.",
    why: "one visitor must not take the app from the others",
    example: "limits: { requestRatePerSource: 200 }",
  },
);

/** The machines that visitors connect to. */
export const loadBalancerSection = section(
  {
    machines: wholeNumber(0, 2, {
      description: "Number of load balancer machines. By default one.",
      why: "one load balancer serves and a second one takes over; a third would only cost money",
      example: "machines: 1",
    }).default(1),
    serverType: oneOf(serverTypeNames, {
      description: "Hetzner's server type of the load balancer machines. By default cx23 (2 cores, 4 GiB).",
      why: "Hetzner sells servers in these sizes",
      example: "serverType: cx23",
    }).default("cx23"),
    hosts: listOf(
      text(/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
        description: "A host name, or `*.` and a domain for all names below it.",
        form: "a host name in small letters, without port, e.g. www.example.com or *.example.com",
        why: "it is compared with what browsers send",
        example: "www.example.com",
      }),
      {
        description:
          "Host names that are served; a request for another one is answered with 421. By default all are. The health path is served under every name.",
        why: "an app that builds links from the host name must not get a visitor's own",
        example: "hosts: [example.com, www.example.com]",
      },
      { max: 200 },
    ).default([]),
    limits: limits.prefault({}),
  },
  {
    description: "The machines that visitors connect to.",
    why: "visitors reach the app through a load balancer",
    example: "holdfast:loadBalancer: { machines: 1, serverType: cx23 }",
  },
);
