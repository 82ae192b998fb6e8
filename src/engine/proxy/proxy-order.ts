import type { HeaderLine, SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'

/** How one request is to be proxied. */
export interface ProxyOrder {
  /** URIs in the order in which they are to be tried. */
  readonly targets: readonly string[]
  readonly isParallel: boolean
  /** Stay in the path of the dialog that comes of it. */
  readonly recordRoute: boolean
  /** Treat the Contacts of a 3xx as further targets. */
  readonly followRedirects: boolean
  /** How long a target may stay without any provisional response, in milliseconds. */
  readonly provisionalTimeoutMs: number | undefined
  /** How long a target may stay without a final response, in milliseconds. */
  readonly finalTimeoutMs: number | undefined
  /** Added to what is forwarded. */
  readonly headers: readonly HeaderLine[]
}

export interface ProxyEvents {
  /** A branch went out. */
  onForwarded?(request: SipRequest): void
  /** A final response of a branch, our own Via still on top; `flow` is undefined when it was made up here. */
  onFinal?(response: SipResponse, flow: Flow | undefined): void
  /** The final response that went upstream; later 2xx of other forks may follow it. */
  onForwardedFinal?(response: SipResponse): void
  /** Nothing more will be tried. */
  onDone?(): void
}
