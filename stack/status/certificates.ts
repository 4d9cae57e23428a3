import { answeredMachines, type Remark, type Rule, type StatusFacts } from "./facts";
import type { ProbedCertificate } from "./probe";
import { ago } from "./figures";

const DAY = 86_400;
/** Seconds without a look of the keeper. It looks at least once a minute, and an order takes two. */
const silence = 300;
/** Seconds that two load balancers may have different certificates: one takes the other's within a minute. */
const difference = 600;
/** Seconds before its end from which on a certificate that somebody brought needs a successor. */
const ownLeft = 21 * DAY;
/** Refusals in a row; the first ones are often somebody's DNS that is not everywhere yet. */
const refusals = 3;

/** One name's certificate, as the load balancers that answered have it. */
export interface CertificateStatus {
  readonly name: string;
  /** Load balancer → what it has. */
  readonly on: Readonly<Record<string, ProbedCertificate>>;
}

/** All names that load balancers keep certificates for, in their order. */
export function certificatesOf(facts: StatusFacts): CertificateStatus[] {
  const answers = answeredMachines(facts).flatMap(({ name, probe }) =>
    probe.certificates ? [{ machine: name, names: probe.certificates.names }] : [],
  );
  const names = [...new Set(answers.flatMap((answer) => Object.keys(answer.names)))];
  return names.map((name) => ({
    name,
    on: Object.fromEntries(
      answers.flatMap(({ machine, names: { [name]: one } }) => (one ? [[machine, one] as const] : [])),
    ),
  }));
}

/** Whether all load balancers serve the same certificate. */
export function isAlike({ on }: CertificateStatus): boolean {
  const all = Object.values(on);
  return all.every(({ served, fingerprint }) => served && fingerprint === all[0]?.fingerprint);
}

/** e.g. `Let's Encrypt, until 2027-02-20 (82 d), both` */
export function describeCertificate(certificate: CertificateStatus, now: number): string {
  const all = Object.entries(certificate.on);
  const [, first] = all.find(([, { until }]) => until !== null) ?? [];
  if (!first?.until) return `none yet${reasonOf(certificate)}`;
  const end = new Date(first.until * 1000).toISOString().slice(0, 10);
  const left = first.until - now;
  const where = all.length < 2 ? "" : isAlike(certificate) ? ", both" : ", not the same on both";
  return `${first.issuer ?? "?"}${first.own ? " (your own)" : ""}, until ${end} (${left > 0 ? ago(left) : "over"})${where}`;
}

/** Why there is none, or no newer one; empty where nobody says. */
export function reasonOf({ on }: CertificateStatus): string {
  const reason = Object.values(on).find(({ problem }) => problem !== null)?.problem;
  return reason ? `: ${reason}` : "";
}

/** Part of its life that a certificate still has when somebody has to look. It is renewed long before. */
const lastPart = (life: number) => (life < 10 * DAY ? 1 / 4 : 1 / 5);

const certificateRule: Rule = (facts) => {
  const now = Date.parse(facts.date) / 1000;
  return certificatesOf(facts).flatMap((certificate) => {
    const { name, on } = certificate;
    const all = Object.values(on);
    const remark = (text: string): Remark[] => [{ text, machines: Object.keys(on) }];
    const [first] = all.filter(({ until }) => until !== null);
    if (first?.own && first.until && first.until - now < ownLeft) {
      return remark(
        `${name}: your own certificate ${describeCertificate(certificate, now)} needs a successor in holdfast:https.certificates`,
      );
    }
    if (first?.until && first.life !== null && first.until - now < lastPart(first.life) * first.life) {
      return remark(
        `${name}: its certificate ${describeCertificate(certificate, now)} was not renewed${reasonOf(certificate)}`,
      );
    }
    if (all.some(({ failures }) => failures >= refusals)) {
      return remark(`${name}: the authority refuses a certificate${reasonOf(certificate)}`);
    }
    if (all.some(({ until, served }) => until !== null && !served)) {
      return remark(`${name}: a load balancer serves another certificate than the one on its disk`);
    }
    const oldest = Math.min(...all.map(({ obtained }) => obtained ?? now));
    const newest = Math.max(...all.map(({ obtained }) => obtained ?? 0));
    if (
      !isAlike(certificate) &&
      all.every(({ until }) => until !== null) &&
      now - newest > difference &&
      oldest < newest
    ) {
      return remark(`${name}: the load balancers have different certificates`);
    }
    return [];
  });
};

const silentKeepers: Rule = (facts) =>
  answeredMachines(facts).flatMap(({ name, probe: { certificates, now } }) =>
    certificates && now - certificates.looked > silence
      ? [
          {
            text: `${name}: its certificate keeper has not looked for ${ago(now - certificates.looked)}`,
            machines: [name],
          },
        ]
      : [],
  );

/** What a person has to do about certificates. */
export const certificateAlarms: readonly Rule[] = [certificateRule, silentKeepers];

/** Names that are served by http alone, and why. */
export const certificateNotices: Rule = (facts) =>
  certificatesOf(facts).flatMap((certificate) =>
    Object.values(certificate.on).some(({ until }) => until !== null)
      ? []
      : [
          {
            text: `${certificate.name} is served by http alone${reasonOf(certificate)}`,
            machines: Object.keys(certificate.on),
          },
        ],
  );
