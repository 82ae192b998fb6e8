import { newPbx, type PbxHealth, type PbxHealthSettings } from './pbx-health.ts'
import { beginSurvival } from './pbx-return.ts'

/** A state that is older says what was, and no more what is. */
const freshForMs = 600_000

/** A person has said what is to be now. Witnesses go on from there: it is no lock. */
export function switched(
  state: PbxHealth,
  to: 'survival' | 'normal',
  at: number,
  settings: PbxHealthSettings,
): PbxHealth {
  if (to === 'normal') return { name: 'normal', since: at, past: { endedAt: at, relapses: 0 } }
  if (state.name === 'survival') return state
  if (state.name === 'returning') {
    const { past, outage } = state
    return { name: 'survival', since: at, past, outage, askAfter: 0 }
  }
  const facts = { startedAt: at, detectedAt: at, cause: 'switched', mustWork: 'options' } as const
  return beginSurvival(state, facts, settings)
}

/**
 * What a box goes on from that was restarted: an outage goes on, without a new verdict and with its whole hold-down before
 * it, because nobody has watched meanwhile. Of an old one a few answers are the end.
 */
export function resumed(saved: PbxHealth, savedAt: number, at: number): PbxHealth {
  if (saved.name === 'normal' || saved.name === 'suspect') return newPbx(at, saved.past)
  const { past, outage, since } = saved
  const isFresh = at - savedAt < freshForMs && savedAt - at < freshForMs
  return {
    name: 'survival',
    since: saved.name === 'survival' ? since : at,
    past,
    outage: isFresh ? outage : { ...outage, mustWork: 'options', holdMs: 0 },
    askAfter: 0,
  }
}
