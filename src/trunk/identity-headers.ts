import type { NumberHeader } from '../config/sections/trunk-numbers.ts'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { SipHeaders } from '../domain/sip.ts'
import type { CallerId } from './caller-id.ts'

export interface IdentityParts {
  readonly entry: Pick<TrunkEntry, 'username' | 'fromUser' | 'identityHeader' | 'withheldFrom'>
  /** Domain of the numbers. */
  readonly domain: string
  readonly displayName: string | undefined
  format(number: E164, header: NumberHeader): string
}

/** From and the headers beside it that tell the provider who calls, as this provider wants them. */
export function identityHeaders(
  { number, isWithheld }: CallerId,
  { entry, domain, displayName, format }: IdentityParts,
): { readonly from: string; readonly headers: SipHeaders } {
  const account = entry.username ?? 'anonymous'
  const fromUser = number === undefined || entry.fromUser === 'account' ? account : format(number, 'from')
  const openFrom = nameAddr(displayName, `sip:${fromUser}@${domain}`)
  const asserted =
    number === undefined ? undefined : nameAddr(displayName, `sip:${format(number, 'identity')}@${domain}`)
  const identity = asserted === undefined ? {} : identityHeader(entry.identityHeader, asserted, isWithheld)
  if (!isWithheld) return { from: openFrom, headers: identity }
  // RFC 3323 §4.1.1.3, RFC 3325 §9.3
  const from = entry.withheldFrom === 'number' ? openFrom : '"Anonymous" <sip:anonymous@anonymous.invalid>'
  return { from, headers: { ...identity, Privacy: 'id' } }
}

function identityHeader(
  kind: TrunkEntry['identityHeader'],
  asserted: string,
  isWithheld: boolean,
): SipHeaders {
  switch (kind) {
    case 'pai':
      return { 'P-Asserted-Identity': asserted }
    case 'ppi':
      return { 'P-Preferred-Identity': asserted }
    case 'rpid':
      // draft-ietf-sip-privacy-04 §6, which many gateways still read
      return { 'Remote-Party-ID': `${asserted};party=calling;privacy=${isWithheld ? 'full' : 'off'}` }
    case 'none':
      return {}
  }
}

function nameAddr(displayName: string | undefined, uri: string): string {
  if (!displayName) return `<${uri}>`
  return `"${displayName.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}" <${uri}>`
}
