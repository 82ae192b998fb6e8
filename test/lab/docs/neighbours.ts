/** Addresses of the pages (RFC 5737). */
export const boxAddress = '192.0.2.10'
export const pbxAddress = '192.0.2.30'
export const carrierAddress = '192.0.2.20'
export const nameServerAddress = '192.0.2.53'
export const phonesAddress = '192.0.2.101'

/** Those whom the boxes of a page deal with; who is left out is not there. */
export interface Neighbours {
  /** Of the name server; `zone-text.ts` says how. */
  readonly zone?: string
  readonly pbx?: { readonly domain: string; readonly users: Readonly<Record<string, string>> }
  readonly carrier?: {
    readonly domain: string
    readonly account?: { readonly username: string; readonly password: string }
  }
  /** They register in this order. A password that is a path is in a file of the box's machine. */
  readonly phones?: readonly { readonly aor: string; readonly password: string; readonly server: string }[]
  /** Whom the first of the phones calls. */
  readonly call?: string
}
