import { type Aor, aor, parseAor, printAor } from '../domain/aor.ts'
import type { CallPath } from '../domain/call-record.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { Site } from './site.ts'

/**
 * The question for "what would happen if": `from` is a user (`201`, `201@site-a.example`), `trunk:NAME`, `pbx:NAME`,
 * `peer:NAME`, or anybody's address; `to` is what would be dialled: digits, `user@domain` or a URI.
 */
export function hypotheticalCall(
  { from, to, at }: { readonly from: string; readonly to: string; readonly at: number },
  site: Pick<Site, 'domains' | 'accounts' | 'pbxs' | 'standIn'>,
): CallQuestion {
  const [home = 'localhost'] = site.domains.own()
  const { source, label } = speaker(from)
  const named = source === undefined ? (parseAor(from) ?? aor(from, home)) : undefined
  const account = named && site.accounts.resolve(named)
  // Who is known to his PBX alone is let in while that is gone, if it had accepted his phone.
  const caller = account ?? (named && site.pbxs.stateOf(named.domain, [named]) ? named : undefined)
  const isOnGrace = caller !== undefined && site.standIn.isOnGrace(caller)
  return {
    callId: 'hypothetical',
    source: source ?? (caller ? 'phone' : 'domain'),
    sourceLabel: label ?? printAor(caller ?? named ?? aor('nobody', home)),
    caller,
    callerIsAuthenticated: account !== undefined && !isOnGrace,
    ...(isOnGrace && { grace: true }),
    from: printAor(caller ?? named ?? aor('nobody', home)),
    requestUri: dialled(to, caller, home),
    at,
  }
}

const neighbours: Readonly<Record<string, CallPath>> = { trunk: 'trunk', pbx: 'pbx', peer: 'overlay' }

function speaker(from: string): { source: CallPath | undefined; label: string | undefined } {
  const colon = from.indexOf(':')
  const source = neighbours[from.slice(0, Math.max(0, colon))]
  return { source, label: source && from.slice(colon + 1) }
}

function dialled(to: string, caller: Aor | undefined, home: string): string {
  if (/^(sips?|tel|urn):/i.test(to)) return to
  return to.includes('@') ? `sip:${to}` : `sip:${to.replace(/\s/g, '')}@${caller?.domain ?? home}`
}
