import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import { leadsOutside, type TrunkHosts } from '../legs/leads-outside.ts'

/**
 * Where the proxy core forwards a call among our own phones; undefined when the call needs more than forwarding: another
 * kind of target, a group, hunting in several steps, a way to the phone that no single URI can name or that leads to a
 * provider, or a caller yet to be proven.
 */
export function forwardDestinations(
  { callerIsAuthenticated }: Pick<CallQuestion, 'callerIsAuthenticated'>,
  targets: readonly RouteTarget[],
  trunks: TrunkHosts,
): readonly string[] | undefined {
  const isOneGroup = targets.every(({ group }) => group === targets[0]?.group)
  if (targets.length === 0 || !isOneGroup) return undefined
  const destinations: string[] = []
  for (const target of targets) {
    if (target.path !== 'phone' || target.memberOf !== undefined) return undefined
    if (target.callerMustBeAuthenticated && !callerIsAuthenticated) return undefined
    const destination = target.proxy === undefined ? target.uri : throughFlow(target.uri, target.proxy)
    if (destination === undefined || leadsOutside(destination, trunks)) return undefined
    destinations.push(destination)
  }
  return destinations
}

const contact = /^sip:(?:([^@]*)@)?[^;?]+/i
const flow = /^sip:(\[[^\]]+\](?::\d+)?|[\d.]+(?::\d+)?);transport=(\w+);ob$/i

/** The contact's user at the address its registration came from. */
function throughFlow(uri: string, proxy: string): string | undefined {
  const [, hostPort, transport] = flow.exec(proxy) ?? []
  const user = contact.exec(uri)?.[1]
  if (hostPort === undefined || transport === undefined) return undefined
  return `sip:${user === undefined ? '' : `${user}@`}${hostPort};transport=${transport};ob`
}
