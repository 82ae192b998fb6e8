import type { TransportName } from './hop.ts'
import type { TlsCredentials } from './tls-credentials.ts'
import { isSecure } from './transport-name.ts'

/** One place to listen on, as an operator asks for it. */
export interface ListenSpec {
  readonly transport: TransportName
  /** Numeric address of this machine, or the wildcard `0.0.0.0` or `::`; IPv6 without brackets. */
  readonly address: string
  /** 0 lets the system choose. */
  readonly port: number
  /** What others are told in Via and Contact; the address itself by default, for a wildcard the machine's first own address. */
  readonly advertisedHost?: string | undefined
  readonly advertisedPort?: number | undefined
  /** Needed for `tls` and `wss`. */
  readonly tls?: TlsCredentials | undefined
}

/** The same places, with a certificate for those that need one. */
export function withCredentials(specs: readonly ListenSpec[], tls: TlsCredentials | undefined): ListenSpec[] {
  return specs.map((spec) => (tls && isSecure(spec.transport) ? { ...spec, tls } : spec))
}
