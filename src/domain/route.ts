import type { CallPath } from './call-record.ts'

/** One place that a call may be sent to, in the order of the route. */
export interface RouteTarget {
  readonly path: CallPath
  /** Request-URI of the outgoing INVITE. */
  readonly uri: string
  /** Outbound proxy: where the request really goes, when not to the URI's host. */
  readonly proxy: string | undefined
  /** Trunk name, PBX name, peer name, or AoR: for records and limits. */
  readonly label: string
  /** Targets with the same group ring together; groups are tried in order. */
  readonly group: number
  readonly why: string
}

/** A route: targets in order, or a refusal, each with its reason. */
export type RoutePlan =
  | { readonly kind: 'targets'; readonly targets: readonly RouteTarget[]; readonly why: string }
  | { readonly kind: 'refuse'; readonly status: number; readonly reason: string; readonly why: string }
