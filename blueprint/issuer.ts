/** An authority that issues certificates by ACME. */
export interface Issuer {
  /** For people. */
  readonly name: string;
  /** URL of its ACME directory. */
  readonly directory: string;
  /** PEM of the certificate that vouches for that URL. @default those that Debian trusts */
  readonly ca?: string;
  /** Its profile where the settings name none. @default its own choice */
  readonly profile?: string;
}
