import type { LineState } from './asterisk-line.ts'
import { isDown, isOnProbation, type TrunkHealth } from './health.ts'
import type { RegistrationState } from './registration.ts'

/** How a trunk stands, in a word and in a sentence for the operator. */
export interface TrunkStanding {
  /** Failed: it is tried last. Degraded: it is tried as ever, with doubt. */
  readonly state: 'good' | 'degraded' | 'failed'
  readonly text: string
  /** Of a failed trunk: whether the far end has spoken. */
  readonly fault?: 'silent' | 'refused'
}

export interface StandingFacts {
  readonly at: number
  readonly registration:
    | {
        readonly state: RegistrationState
        readonly isRegistered: boolean
        /** Address that it is registered at. */
        readonly hop: string | undefined
        readonly dnsTrouble: string | undefined
      }
    | undefined
  readonly health: TrunkHealth
  readonly asksOptions: boolean
  readonly line: LineState | undefined
}

export function standingOf(facts: StandingFacts): TrunkStanding {
  const { line } = facts
  if (line?.kind === 'down') return { state: 'failed', text: line.text }
  const bySip = standingBySip(facts)
  return line ? { ...bySip, text: `${bySip.text}; ${line.text}` } : bySip
}

function standingBySip({ at, registration, health, asksOptions }: StandingFacts): TrunkStanding {
  if (registration && !registration.isRegistered) return unregistered(registration)
  if (isDown(health)) return { state: 'failed', text: `silent (${health.why})`, fault: 'silent' }
  if (at < health.restsUntil) {
    const seconds = Math.ceil((health.restsUntil - at) / 1_000)
    return {
      state: 'failed',
      text: `rests for ${seconds} s after failures, tried last (${health.why})`,
      fault: 'refused',
    }
  }
  if (isOnProbation(health, at)) {
    return { state: 'degraded', text: `on probation, the next call decides (${health.why})` }
  }
  if (registration?.dnsTrouble !== undefined) {
    const where = registration.hop ?? 'unknown'
    return {
      state: 'degraded',
      text: `registered at its last known address ${where}: ${registration.dnsTrouble}`,
    }
  }
  const registered = registration ? `registered at ${registration.hop ?? 'its server'}` : undefined
  if (!asksOptions) return { state: 'good', text: registered ?? 'not asked by OPTIONS' }
  if (health.optionsLost === undefined) {
    return { state: 'degraded', text: registered ? `${registered}, not asked yet` : 'not asked yet' }
  }
  if (health.optionsLost > 0) return { state: 'degraded', text: health.why }
  return { state: 'good', text: registered ? `${registered}, answers` : 'answers' }
}

function unregistered({ state, dnsTrouble }: NonNullable<StandingFacts['registration']>): TrunkStanding {
  const isFirstTry = (state.name === 'registering' && state.failures === 0) || state.name === 'idle'
  const why = state.name === 'waiting' ? `: ${state.why}` : ''
  const names = dnsTrouble === undefined ? '' : ` (${dnsTrouble})`
  const text = `not registered${why}${names}`
  if (isFirstTry) return { state: 'degraded', text }
  return { state: 'failed', text, fault: isRefusal(state) ? 'refused' : 'silent' }
}

/** A word about us. 408 and 5xx may be the network's or the stack's own. */
function isRefusal(state: RegistrationState): boolean {
  return state.name === 'waiting' && /^(?!408)[46]\d\d /.test(state.why)
}
