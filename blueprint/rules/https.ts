import type { Rule } from "./rule";

/** Each host is named once, and redirects lead from one of them to another. */
export const httpsHostsFit: Rule = ({ https }) => {
  if (!https) return [];
  const { hosts, redirects } = https;
  const setting = "holdfast:https";
  const twice = hosts.filter((host, index) => hosts.indexOf(host) !== index);
  const strangers = Object.entries(redirects).flatMap(([from, to]) => [from, to].filter((one) => !hosts.includes(one)));
  const chained = Object.entries(redirects).filter(([, to]) => to in redirects);
  return [
    ...twice.map((host) => ({
      setting: `${setting}.hosts`,
      value: host,
      wrong: "stands there twice",
      why: "each name gets one certificate",
      fix: "remove one of them",
    })),
    ...[...new Set(strangers)].map((host) => ({
      setting: `${setting}.redirects`,
      value: host,
      wrong: `is not among ${setting}.hosts`,
      why: "both ends of a redirect need a certificate, or browsers warn before they follow it",
      fix: `add ${host} to ${setting}.hosts`,
    })),
    ...chained.map(([from, to]) => ({
      setting: `${setting}.redirects.${from}`,
      value: to,
      wrong: "is redirected itself",
      why: "visitors would go in a circle, or from one to the next",
      fix: "write the host that serves pages",
    })),
  ];
};

/** What is served by https is served at all. */
export const httpsHostsAreServed: Rule = ({ https, loadBalancer }) => {
  const served = loadBalancer?.hosts ?? [];
  if (!https || served.length === 0) return [];
  const isServed = (host: string) =>
    served.some((name) => name === host || (name.startsWith("*.") && host.endsWith(name.slice(1))));
  return https.hosts
    .filter((host) => !(host in https.redirects) && !isServed(host))
    .map((host) => ({
      setting: "holdfast:loadBalancer.hosts",
      value: served.join(", "),
      wrong: `leaves out ${host}, which holdfast:https.hosts names`,
      why: "its visitors would get 421 by https as well as by http",
      fix: `add ${host}, or remove it from holdfast:https.hosts`,
    }));
};

/** HSTS is a promise that only time ends. */
export const hstsIsForGood: Rule = ({ https }) => {
  if (!https || https.hsts === 0) return [];
  if (https.issuer === "letsencrypt-staging") {
    return [
      {
        setting: "holdfast:https.hsts",
        value: https.hsts,
        wrong: "does not go with certificates for trials",
        why: "browsers do not trust these, and would let nobody past the warning",
        fix: "leave it out until holdfast:https.issuer is another one",
      },
    ];
  }
  return [];
};

/** Before HSTS is given to the first browser. */
export const hstsWarning: Rule = ({ https }) =>
  https && https.hsts > 0 && https.issuer !== "letsencrypt-staging"
    ? [
        {
          setting: "holdfast:https.hsts",
          value: https.hsts,
          wrong: "cannot be called back",
          why: "a browser that has seen it uses nothing but https for these hosts until the time is over",
          fix: "begin with an hour (3600), and raise it when everything works",
        },
      ]
    : [];
