import type { Aor } from '../../domain/aor.ts'
import type { SipHeaders } from '../../domain/sip.ts'

/** One phone's word that a call is to go elsewhere. */
export interface Diversion {
  readonly by: Aor
  /** Where to: a URI. */
  readonly to: string
}

/** The lines of the call as it came. */
export interface PassedDiversions {
  readonly diversion: readonly string[]
  readonly historyInfo: readonly string[]
}

/**
 * Who sent a call on, the latest first in Diversion (RFC 5806) and last in History-Info (RFC 7044). `nameOf` gives the URI
 * under which a user is known where the call goes; who has none is not named.
 */
export function diversionHeaders(
  path: readonly Diversion[],
  { diversion, historyInfo }: PassedDiversions,
  nameOf: (user: Aor) => string | undefined,
): SipHeaders {
  const named = path.flatMap(({ by, to }) => {
    const name = nameOf(by)
    return name === undefined ? [] : [{ name, to }]
  })
  if (named.length === 0) return {}
  const own = named.map(({ name }) => `<${name}>;reason=unconditional;counter=1`).reverse()
  return {
    Diversion: [...own, ...diversion],
    'History-Info': [...historyInfo, ...history(named, historyInfo)],
  }
}

function history(
  named: readonly { readonly name: string; readonly to: string }[],
  passed: readonly string[],
): string[] {
  const before = /;\s*index=([\d.]+)/.exec(passed.at(-1) ?? '')?.[1]
  let index = before === undefined ? '1' : `${before}.1`
  // RFC 7044 §5: the Reason stands in the URI of who was left, "?Reason=" escaped.
  const lines = named.map(({ name }) => {
    const reason = name.startsWith('sip') ? '?Reason=SIP%3Bcause%3D302' : '' // a tel URI has no headers
    const line = `<${name}${reason}>;index=${index}`
    index = `${index}.1`
    return line
  })
  const last = index.slice(0, -2)
  return [...lines, `<${named.at(-1)?.to ?? ''}>;index=${index};mp=${last}`]
}
