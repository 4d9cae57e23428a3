import type { BadSettings } from "./badSettings";

const hosts = ["example.com", "www.example.com"];

/** holdfast:https */
export const badHttps: readonly BadSettings[] = [
  {
    mistake: "a host with a star",
    written: { https: { hosts: ["*.example.com"] } },
    says: ["holdfast:https.hosts[0]: *.example.com is not a host name in small letters | www.example.com"],
  },
  {
    mistake: "a URL in place of a host",
    written: { https: { hosts: ["https://example.com"] } },
    says: ["holdfast:https.hosts[0]: https://example.com is not a host name"],
  },
  {
    mistake: "a host twice",
    written: { https: { hosts: [...hosts, "example.com"] } },
    says: ["holdfast:https.hosts: example.com stands there twice"],
  },
  {
    mistake: "a redirect to a stranger, and one in a circle",
    written: { https: { hosts, redirects: { "www.example.com": "example.org", "example.com": "example.com" } } },
    says: [
      "holdfast:https.redirects: example.org is not among holdfast:https.hosts | add example.org",
      "holdfast:https.redirects.example.com: example.com is redirected itself",
    ],
  },
  {
    mistake: "a host that is not served",
    written: { https: { hosts }, loadBalancer: { hosts: ["example.com"] } },
    says: ["holdfast:loadBalancer.hosts: example.com leaves out www.example.com | 421"],
  },
  {
    mistake: "an authority without https",
    written: { https: { issuer: { directory: "http://acme.example.com/dir" } } },
    says: ["holdfast:https.issuer.directory: http://acme.example.com/dir is not a URL that begins with https://"],
  },
  {
    mistake: "an authority that is not known",
    written: { https: { issuer: "zerossl" } },
    says: ["holdfast:https.issuer: zerossl is not"],
  },
  {
    mistake: "everybody, a machine of the stack and a half range in front of it",
    written: { https: { behind: { from: ["0.0.0.0/0", "10.0.0.0/16", "2000::/3", "::1/128", "173.245.48.1/20"] } } },
    says: [
      "holdfast:https.behind.from[0]: 0.0.0.0/0 is half of the Internet",
      "holdfast:https.behind.from[1]: 10.0.0.0/16 has 10.0.1.11 in it, which is the stack's own",
      "holdfast:https.behind.from[2]: 2000::/3 is half of the Internet",
      "holdfast:https.behind.from[3]: ::1/128 has ::1 in it",
      "holdfast:https.behind.from[4]: 173.245.48.1/20 is an address | 173.245.48.1/32",
    ],
  },
  {
    mistake: "something in front that is nowhere, and names visitors in a header with more than addresses",
    written: { https: { behind: { from: [], client: "Forwarded" } } },
    says: [
      "holdfast:https.behind.from: [] ",
      "holdfast:https.behind.client: Forwarded is not proxy-protocol, or a header that holds nothing but addresses",
    ],
  },
  {
    mistake: "hosts outside of the zone that their records are made in",
    written: { https: { hosts: ["example.com", "example.org", "badexample.com"], dns: { zone: "example.com" } } },
    says: [
      "holdfast:https.dns.zone: example.com does not have example.org in it",
      "holdfast:https.dns.zone: example.com does not have badexample.com in it | write the zone of all hosts",
    ],
  },
  {
    mistake: "a zone for no hosts",
    written: { https: { dns: { zone: "example.com" } } },
    says: ["holdfast:https.dns: has no hosts | name hosts, e.g. [example.com]"],
  },
  {
    mistake: "a zone that is none, with its token in plain text",
    written: { https: { hosts, dns: { zone: "example.com.", token: "x".repeat(64) } } },
    says: ["holdfast:https.dns.zone: example.com. is not a domain in small letters"],
  },
  {
    mistake: "a token in plain text",
    written: { https: { hosts, dns: { zone: "example.com", token: "x".repeat(64) } } },
    says: ["holdfast:https.dns.token: is written in plain text | revoke that token"],
  },
  {
    mistake: "records that lead past what stands in front",
    written: { https: { hosts, dns: { zone: "example.com" }, behind: { from: ["173.245.48.0/20"] } } },
    says: ["holdfast:https.dns: does not go with holdfast:https.behind | past what stands in front"],
  },
  {
    mistake: "HSTS with certificates for trials",
    written: { https: { hosts, issuer: "letsencrypt-staging", hsts: 3600 } },
    says: ["holdfast:https.hsts: 3600 does not go with certificates for trials"],
  },
  {
    mistake: "an instance on the certificate keeper's port",
    written: { app: { release: "./examples/guestbook", port: 8406 }, https: {} },
    says: ["holdfast:app.port: 8406 makes instances listen on 8406–8407, which meets the certificate keeper"],
  },
];
