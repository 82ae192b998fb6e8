import { parseHostPort } from '../domain/sip-uri.ts'
import type { Option } from './options.ts'
import type { PbxView } from './site.ts'

/** The PBX, asked as the phone asked: it checks the phone's digest over this very Request-URI. */
export function pbxOption(pbx: PbxView, requestUri: string, mayNotKnow = false): Option {
  const { host, port } = parseHostPort(pbx.server)
  return {
    path: 'pbx',
    uri: requestUri,
    proxy: `sip:${host}${port === undefined ? '' : `:${port}`};transport=${pbx.transport}`,
    label: pbx.name,
    ...(mayNotKnow && { mayNotKnow: true as const }),
    why: `the PBX is ${pbx.state}`,
  }
}

/** A PBX that the box stands in for is not asked. */
export function isAsked({ state }: PbxView): boolean {
  return state === 'normal' || state === 'suspect'
}
