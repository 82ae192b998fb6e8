import type { AsteriskState } from '../../domain/asterisk-state.ts'

/** An Asterisk as the operator sees it. */
export interface AsteriskView {
  readonly name: string
  readonly state: {
    readonly name: string
    readonly state: 'good' | 'degraded' | 'failed'
    readonly text: string
  }
  /** Milliseconds since the Unix epoch; undefined while it is away. */
  readonly connectedSince: number | undefined
  readonly endpoints: number
  readonly contacts: number
  readonly channels: number
  readonly registrations: readonly { readonly name: string; readonly state: string }[]
}

export interface AsteriskFacts {
  readonly name: string
  readonly banner: string | undefined
  readonly connectedSince: number | undefined
  readonly state: AsteriskState | undefined
  readonly lastError: string
  readonly forbidden: readonly string[]
}

const mostShown = 50

export function asteriskView(facts: AsteriskFacts): AsteriskView {
  const { name, connectedSince, state } = facts
  return {
    name,
    state: { name: `asterisk ${name}`, ...standing(facts) },
    connectedSince,
    endpoints: state?.devices.size ?? 0,
    contacts: state?.contacts.length ?? 0,
    channels: state?.channels.size ?? 0,
    registrations: (state?.registrations ?? [])
      .slice(0, mostShown)
      .map((each) => ({ name: each.name, state: each.state })),
  }
}

function standing({ banner, connectedSince, state, lastError, forbidden }: AsteriskFacts): {
  state: 'good' | 'degraded' | 'failed'
  text: string
} {
  if (connectedSince === undefined) return { state: 'failed', text: `not connected: ${lastError}` }
  if (!state) return { state: 'degraded', text: 'connected, not read yet' }
  if (forbidden.length > 0)
    return { state: 'degraded', text: `its manager account may not do all that is needed: ${forbidden[0]}` }
  const lost = state.registrations.filter(({ isRegistered }) => !isRegistered)
  if (lost.length > 0) {
    const names = lost.slice(0, 5).map((each) => `${each.name} (${each.state})`)
    return { state: 'degraded', text: `connected; not registered at ${names.join(', ')}` }
  }
  return { state: 'good', text: `connected, ${banner ?? ''}` }
}
