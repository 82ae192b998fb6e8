import type { Config } from '../config/schema.ts'
import { parseHostPort } from '../domain/sip-uri.ts'
import type { HostAliases } from '../identity/accounts.ts'

/**
 * What phones mean that have an address as their domain: that of a PBX its users; the box's own, which may change, the
 * users of the box and those of its PBXs. Who is known nowhere is left to the PBX, when there is just one.
 */
export function hostAliases(
  { sip, pbxs }: Pick<Config, 'sip' | 'pbxs'>,
  own: { readonly hosts: readonly string[] },
): HostAliases {
  const byServer = Map.groupBy(pbxs, ({ server }) => parseHostPort(server).host)
  const ofPbxs = pbxs.map(({ domain }) => domain)
  const ofBox = sip.domains.slice(0, 1)
  const ofBoth = ofPbxs.length === 1 ? [...ofBox, ...ofPbxs] : [...ofBox, ...ofPbxs, ...ofBox]
  return {
    get: (host) => (own.hosts.includes(host) ? ofBoth : byServer.get(host)?.map(({ domain }) => domain)),
  }
}
