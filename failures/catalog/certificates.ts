import { duration, formatSeconds } from "../figures";
import type { CertificateFacts, Facts } from "../facts";
import type { Assessment, Failure } from "../types";

const enumerated = (items: readonly string[]) => new Intl.ListFormat("en").format(items);
const nothing = { safe: "Notice nothing", unsafe: "Notice nothing" };

/** Whoever issues certificates answers nothing, or refuses all. */
export const certificateAuthority = {
  id: "certificate-authority",
  title: "The authority for certificates is away",
  assess: (facts) => ordered(facts, authorityAway),
} as const satisfies Failure;

/** A host's name leads elsewhere, or nowhere. */
export const hostDns = {
  id: "host-dns",
  title: "A host's DNS is wrong",
  assess: (facts) => hosts(facts, dnsWrong),
} as const satisfies Failure;

/** What a load balancer has of a certificate on its disk cannot be used. */
export const certificateFile = {
  id: "certificate-file",
  title: "A certificate's file is broken",
  assess: (facts) => (facts.certificates ? fileBroken(facts, facts.certificates) : undefined),
} as const satisfies Failure;

/** The program that looks after certificates ends or hangs. */
export const certificateKeeper = {
  id: "certificate-keeper",
  title: "The certificate keeper dies",
  assess: (facts) => (facts.certificates ? keeperDies(facts.certificates) : undefined),
} as const satisfies Failure;

/** Nobody acted while there was time. */
export const certificateEnd = {
  id: "certificate-end",
  title: "A certificate ends before there is another one",
  assess: (facts) => (facts.certificates ? ends(facts.certificates) : undefined),
} as const satisfies Failure;

/** The authority for trials stands in the settings of a stack with visitors. */
export const trialCertificates = {
  id: "trial-certificates",
  title: "Certificates are still those for trials",
  assess: (facts) => ordered(facts, forTrials),
} as const satisfies Failure;

type Assess = (facts: Facts, certificates: CertificateFacts) => Assessment | undefined;

function ordered(facts: Facts, assess: Assess): Assessment | undefined {
  const { certificates } = facts;
  return certificates && certificates.ordered.length > 0 ? assess(facts, certificates) : undefined;
}

function hosts(facts: Facts, assess: Assess): Assessment | undefined {
  const { certificates } = facts;
  return certificates && certificates.https.hosts.length > 0 ? assess(facts, certificates) : undefined;
}

/** How long it does no harm that no certificate can be had. */
function spare({ left, keeper }: CertificateFacts): string {
  return left === undefined
    ? `the last third of a certificate's life (half of one under ${days(keeper.shortLife)})`
    : days(left);
}

function days(seconds: number): string {
  return `${Math.floor((seconds / 86_400) * 10) / 10} days`;
}

function authorityAway({ pair }: Facts, certificates: CertificateFacts): Assessment {
  const again = formatSeconds(certificates.keeper.unreachable);
  const replaced = pair
    ? "A load balancer that is made anew takes certificates from the other one; if both are made anew, they serve http until the authority is back"
    : "A load balancer that is made anew serves http until the authority is back: its certificates were on its disk alone";
  return {
    service: "goes on",
    takesOver: `Nobody needs to for ${spare(certificates)}: so much is left of each certificate when its successor is ordered. The keeper asks again every ${again}. ${replaced}`,
    time: {
      until: "until the authority is asked again, once it is back",
      duration: duration([
        {
          what: "until the keeper's next try",
          seconds: certificates.keeper.unreachable,
          from: "renewal.py: UNREACHABLE_PAUSE",
        },
        { what: "until the keeper's next look", seconds: certificates.keeper.look, from: "keeper.py: CALM" },
      ]),
    },
    visitors: { safe: `Notice nothing; a new host is served by http until then`, unsafe: "Notice nothing" },
    data: "None",
    person:
      "Wait. `npx holdfast status` says what the authority answers; another one is one setting (`holdfast:https.issuer`)",
    singlePoints: [],
  };
}

function dnsWrong(_facts: Facts, certificates: CertificateFacts): Assessment {
  const { hosts: names, behind } = certificates.https;
  const way = behind ? "what stands in front of the stack" : "the stack's address";
  return {
    service: "goes on",
    takesOver: `Nobody: visitors of that host go where its name leads. ${names.length > 1 ? "Other hosts have certificates of their own and do not notice. " : ""}Certificates go on being served; the authority is asked nothing until the name leads here again, so no refusal counts`,
    visitors: {
      safe: "Those of that host do not come here, some of them for as long as the wrong record may be kept (its TTL)",
      unsafe: "The same",
    },
    data: "None",
    person: `\`npx holdfast doctor\` says which record is wrong; set it to ${way} within ${spare(certificates)}, before certificates end`,
    singlePoints: [],
  };
}

function fileBroken({ pair }: Facts, certificates: CertificateFacts): Assessment {
  const { ordered: names, own, keeper } = certificates;
  const sources = [
    ...(names.length > 0
      ? [pair ? "takes the certificate from the other load balancer" : "orders another certificate"]
      : []),
    ...(own.length > 0 ? ["takes your own one from its configuration again"] : []),
  ];
  return {
    service: "goes on",
    takesOver: `HAProxy has certificates in its memory, and starts whatever their files look like. The keeper ${enumerated(sources)}`,
    time: {
      until: "until the file is right again",
      duration: duration(
        [{ what: "until the keeper's next look", seconds: keeper.look, from: "keeper.py: CALM" }],
        !pair && names.length > 0 ? ["the authority's answer"] : [],
      ),
    },
    visitors: {
      safe: "Notice nothing; if HAProxy starts anew before that, browsers warn of this one host's certificate until then",
      unsafe: "The same",
    },
    data: "None",
    person: "Nothing",
    singlePoints: [],
  };
}

function keeperDies({ keeper }: CertificateFacts): Assessment {
  return {
    service: "goes on",
    takesOver: `Systemd starts it again after ${formatSeconds(keeper.restart.delay)}, and kills it when it has given no sign for ${formatSeconds(keeper.watchdog)}. HAProxy serves without it`,
    visitors: nothing,
    data: "None. An order that was under way is begun anew",
    person: "Nothing; `npx holdfast status` has an alarm when it does not look any more",
    singlePoints: [],
  };
}

function ends(certificates: CertificateFacts): Assessment {
  const { own, ordered: names, https } = certificates;
  const strict = https.hsts > 0 ? ", and let nobody in: HSTS is set" : "";
  return {
    service: "stops",
    takesOver: `Nobody. Load balancers serve what they have, and answer on port 80 as before`,
    visitors: { safe: `Browsers warn of the certificate${strict}; other programs refuse it`, unsafe: "The same" },
    data: "None",
    person: [
      ...(names.length > 0
        ? [`\`npx holdfast certificates\` says why none came; its alarm was there for much of ${spare(certificates)}`]
        : []),
      ...(own.length > 0 ? ["Put a new certificate of your own into the settings, and run `pulumi up`"] : []),
    ].join(". "),
    singlePoints:
      own.length > 0
        ? [
            {
              id: "own-certificate",
              what: `whoever renews the certificate of ${enumerated(own)}`,
              because: "load balancers order none where somebody brought one (holdfast:https.certificates)",
            },
          ]
        : [],
  };
}

function forTrials(_facts: Facts, { https }: CertificateFacts): Assessment | undefined {
  if (!https.issuer.isForTrials) return undefined;
  return {
    service: "stops",
    takesOver: `Nobody: no browser trusts ${https.issuer.name}`,
    visitors: { safe: "Browsers warn of the certificate, and other programs refuse it", unsafe: "The same" },
    data: "None",
    person: "Remove `holdfast:https.issuer` and run `pulumi up`: the next certificates are real ones, without a reload",
    singlePoints: [],
  };
}
