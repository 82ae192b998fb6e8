import type { z } from 'zod'
import { parseHostPort } from '../domain/sip-uri.ts'

interface Neighbours {
  readonly pbxs: readonly { readonly name: string; readonly server: string }[]
  readonly trunks: readonly {
    readonly server: string
    readonly outboundProxy?: string | undefined
    readonly acceptFrom: readonly string[]
  }[]
}

/** Everything on one machine shares these, so that the port tells who is speaking. */
const sharedHosts = ['127.0.0.1', '[::1]', 'localhost']

/** Calls from a PBX are known by its address: a trunk there would never be heard. */
export function checkSharedAddresses({ pbxs, trunks }: Neighbours, context: z.core.$RefinementCtx): void {
  for (const [index, { server, outboundProxy, acceptFrom }] of trunks.entries()) {
    const sources = acceptFrom.length > 0 ? acceptFrom : [outboundProxy ?? server]
    const pbx = pbxs.find((each) => sources.some((source) => isSamePlace(each.server, source)))
    if (!pbx) continue
    const key =
      acceptFrom.length > 0 ? 'acceptFrom' : outboundProxy === undefined ? 'server' : 'outboundProxy'
    const message = `is the address of the PBX ${pbx.name} too: calls from there would count as the PBX's`
    context.addIssue({ code: 'custom', path: ['trunks', index, key], message })
  }
}

function isSamePlace(pbx: string, trunk: string): boolean {
  const [one, other] = [parseHostPort(pbx), parseHostPort(trunk)]
  if (one.host !== other.host) return false
  return !sharedHosts.includes(one.host) || one.port === undefined || one.port === (other.port ?? 5060)
}
