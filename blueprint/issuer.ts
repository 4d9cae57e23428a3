/** An authority that issues certificates by ACME. */
export interface Issuer {
  /** For people. */
  readonly name: string;
  /** URL of its ACME directory. */
  readonly directory: string;
  /** PEM of the certificate that vouches for that URL. @default those that Debian trusts */
  readonly ca?: string;
  /** Of the account that it gave to a customer (external account binding). @default everybody may have one */
  readonly accountId?: string;
  /** The name by which CAA records let it issue. @default it is not known */
  readonly caaDomain?: string;
  /** Whether browsers do not trust it. @default false */
  readonly isForTrials?: boolean;
  /**
   * Hours that its certificates are valid at least, by profile; `""` where none is named. Absent: they are not known.
   */
  readonly lives?: Readonly<Record<string, number>>;
  /** Its profile where the settings name none. @default its own choice */
  readonly profile?: string;
}
