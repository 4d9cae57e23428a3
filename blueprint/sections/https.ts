import type { z } from "zod";
import { addressRange, flag, groupsOf, listOf, mapOf, oneOf, section, text, textOrGroup, wholeNumber } from "../fields";

/** A host name as browsers send it, with a dot in it: authorities give no certificate for `localhost`. */
const name = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const nameForm = "a host name in small letters with a dot in it, e.g. www.example.com; no *, no port";

const issuer = textOrGroup(
  oneOf(["letsencrypt", "letsencrypt-staging"], {
    description: "Let's Encrypt, or its copy for trials, which browsers do not trust.",
    why: "these are known here by their name",
    example: "letsencrypt",
  }),
  section(
    {
      directory: text(/^https:\/\/[^\s/]+\/\S*$/, {
        description: "URL of the authority's ACME directory.",
        form: "a URL that begins with https://",
        why: "certificates are ordered there",
        example: "directory: https://acme.example.com/directory",
      }),
      ca: text(/^-----BEGIN CERTIFICATE-----[^]+-----END CERTIFICATE-----\s*$/, {
        description: "PEM of the certificate that vouches for this URL. By default the ones that Debian trusts.",
        form: "PEM of a certificate",
        why: "machines talk only to an authority that shows who it is",
        example: "ca: |\n  -----BEGIN CERTIFICATE-----\n  …",
      }).optional(),
      eab: section(
        {
          id: text(/^\S+$/, {
            description: "The account's id there (EAB key id).",
            form: "text without spaces",
            why: "the authority finds the account by it",
            example: "id: V6iRR0p3",
          }),
          key: text(/^\S+$/, {
            description:
              "The key to it (EAB HMAC key). Write it by `pulumi config set --secret --path 'holdfast:https.issuer.eab.key' VALUE`.",
            form: "text without spaces, in base64url",
            why: "whoever has it orders certificates in the account's name",
            example: "key: { secure: … }",
            secret: true,
          }),
        },
        {
          description: "The account that the authority gave you, where it asks for one (external account binding).",
          why: "such an authority takes orders of its customers only",
          example: "eab: { id: V6iRR0p3, key: { secure: … } }",
        },
      ).optional(),
    },
    {
      description: "Another authority that speaks ACME.",
      why: "certificates are ordered there",
      example: "{ directory: https://acme.example.com/directory }",
    },
  ),
  {
    description:
      "Who issues the certificates. To name one accepts its terms. By default `letsencrypt`; a local stack asks the local cloud's own authority, whatever is written.",
    why: "certificates are ordered there",
    example: "issuer: letsencrypt-staging",
    form: "letsencrypt, letsencrypt-staging, or a group with `directory`",
  },
);

const ownCertificate = section(
  {
    chain: text(/\S/, {
      description:
        "The certificate and those that vouch for it, in this order: path of a PEM file, or its text. It is no secret.",
      form: "a path or PEM",
      why: "visitors get it",
      example: "chain: ./shop.pem",
    }),
    key: text(/\S/, {
      description:
        "Its private key in PEM, without a passphrase. Write it by `pulumi config set --secret --path 'holdfast:https.certificates[\"HOST\"].key' < FILE`.",
      form: "PEM of a private key",
      why: "nobody can serve a certificate without it",
      example: "key: { secure: … }",
      secret: true,
    }),
  },
  {
    description: "A certificate and its key.",
    why: "both are needed to serve it",
    example: "{ chain: ./shop.pem, key: { secure: … } }",
  },
);

/** What stands in front of the load balancers, and how it says who a visitor is. */
const behind = section(
  {
    from: listOf(
      addressRange({
        description: "A range of addresses.",
        why: "HAProxy recognises what stands in front of it by its address",
        example: "173.245.48.0/20",
      }),
      {
        description:
          "Where its requests come from, as its operator publishes. From no other address does it count what is said about visitors.",
        why: "without it, everybody could pretend to be somebody else",
        example: "from: [173.245.48.0/20, 2400:cb00::/32]",
      },
      { min: 1, max: 200 },
    ),
    client: text(/^(?!forwarded$)[a-z0-9][a-z0-9_-]{0,62}$/i, {
      description:
        "How it says who the visitor is: the header with the visitor's address, or `proxy-protocol` for the PROXY protocol, with which it has to begin each connection then. In a list of addresses, as X-Forwarded-For is one, the last that is not in `from` counts. By default X-Forwarded-For.",
      form: "proxy-protocol, or a header that holds nothing but addresses (so not Forwarded)",
      why: "a visitor is known by one address",
      example: "client: CF-Connecting-IP",
    }).default("X-Forwarded-For"),
  },
  {
    description:
      "A CDN or proxy in front of the load balancers. Limits then count its visitors, and the app gets their addresses. Whether they came by https is what it says in X-Forwarded-Proto. By default nothing stands there.",
    why: "all visitors come from its addresses",
    example: "behind: { from: [173.245.48.0/20], client: CF-Connecting-IP }",
  },
);

/** Where the hosts' DNS records are made. */
const dns = section(
  {
    zone: text(name, {
      description:
        "The DNS zone at Hetzner that all hosts are in: the domain itself, because Hetzner has no zones of subdomains.",
      form: "a domain in small letters, e.g. example.com",
      why: "records are made in a zone",
      example: "zone: example.com",
    }),
    token: text(/^\S+$/, {
      description:
        "A read-write API token of the Hetzner project that has the zone. `pulumi up` alone uses it: no machine gets it. Write it by `pulumi config set --secret --path holdfast:https.dns.token`. By default the zone is in the machines' project.",
      form: "a token without blanks",
      why: "it is sent in the head of a request",
      example: "token: { secure: … }",
      secret: true,
    }).optional(),
  },
  {
    description:
      "The zone in which `pulumi up` makes the DNS records of `hosts`. Records that somebody else made there are never changed. By default you set them yourself.",
    why: "a host gets its certificate when its name leads here",
    example: "dns: { zone: example.com, token: { secure: … } }",
  },
);

/** https: which names, and from whom the certificates. */
export const httpsSection = section(
  {
    hosts: listOf(
      text(name, {
        description: "A host name.",
        form: nameForm,
        why: "each name gets a certificate of its own",
        example: "www.example.com",
      }),
      {
        description:
          "Host names that are served by https. Each gets a certificate of its own as soon as DNS leads it to the stack's address, and is served by http until then. By default none: then the address alone is served by https.",
        why: "a certificate is for a name",
        example: "hosts: [example.com, www.example.com]",
      },
      { max: 50 },
    ).default([]),
    redirects: mapOf(name, {
      description: "Host that is only a pointer → host that visitors are sent to (308). Both are among `hosts`.",
      form: nameForm,
      why: "a redirect needs a certificate as well",
      example: "redirects: { www.example.com: example.com }",
    }).default({}),
    address: flag({
      description:
        "Whether the address itself is served by https as well. Its certificates are valid for six days and are renewed after three. By default only while `hosts` is empty.",
      why: "a certificate for an address needs no domain",
      example: "address: true",
    }).optional(),
    issuer: issuer.default("letsencrypt"),
    certificates: groupsOf(name, ownCertificate, {
      description:
        "Host → a certificate of your own. None is ordered for this host, and nobody but you renews it. Its key may be RSA or of an elliptic curve.",
      form: nameForm,
      why: "each host has one certificate",
      example: "certificates: { shop.example.com: { chain: ./shop.pem, key: { secure: … } } }",
    }).default({}),
    behind: behind.optional(),
    dns: dns.optional(),
    email: text(/^[^\s@,]+@[^\s@,]+$/, {
      description: "Where the authority writes to, if it does. By default nowhere.",
      form: "an e-mail address",
      why: "it is part of the account at the authority",
      example: "email: ops@example.com",
    }).optional(),
    profile: text(/^[a-z0-9][a-z0-9-]{0,62}$/, {
      description:
        "The authority's profile for the certificates of `hosts`, e.g. Let's Encrypt's `tlsserver`. By default the authority's own choice. Certificates for the address are always `shortlived`.",
      form: "small letters, digits and dashes",
      why: "the authority knows its profiles by these words",
      example: "profile: tlsserver",
    }).optional(),
    hsts: wholeNumber(0, 63_072_000, {
      description:
        "Seconds for which browsers shall use nothing but https for a host, once it has its certificate (HSTS). It cannot be called back: a browser keeps to it until the time is over. By default 0, never.",
      why: "browsers keep it, for two years at most",
      example: "hsts: 31536000",
    }).default(0),
  },
  {
    description: "https, with certificates that load balancers get and renew by themselves. By default http alone.",
    why: "browsers warn of pages that come by http",
    example: "holdfast:https: { hosts: [example.com, www.example.com] }",
  },
);

/** The section as it stands in the file, with defaults. */
export type HttpsSettings = z.output<typeof httpsSection>;
