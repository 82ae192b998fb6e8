import type { DecisionStep } from '../domain/decision-record.ts'
import type { RouteTarget } from '../domain/route.ts'
import type { Refusal } from './refusal.ts'

/** A line of the decision record before it is given its time. */
export type Note = Omit<DecisionStep, 'atMs' | 'tookMs'>

/** A target before its place in the route is known. */
export type Option = Omit<RouteTarget, 'group' | 'callerMustBeAuthenticated' | 'emergency'>

/** The ways on for one destination: what rings together, in order, and the refusal when nothing is left. */
export interface Options {
  readonly groups: readonly (readonly Option[])[]
  readonly notes: readonly Note[]
  readonly otherwise: Refusal
}
