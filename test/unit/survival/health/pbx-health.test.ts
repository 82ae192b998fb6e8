import { describe, expect, it } from 'vitest'
import {
  newPbx,
  nextPbxHealth,
  type PbxHealth,
  type PbxHealthSettings,
} from '../../../../src/survival/health/pbx-health.ts'
import { switched } from '../../../../src/survival/health/pbx-orders.ts'
import type { PbxOutcome, PbxWitness } from '../../../../src/survival/health/pbx-witness.ts'

const settings: PbxHealthSettings = {
  failuresToSurvival: 3,
  patienceMs: 2_500,
  successesToReturn: 3,
  holdDownMs: 30_000,
}
const words: Readonly<Record<string, PbxOutcome>> = {
  ok: 'answered',
  asked: 'challenged',
  slow: 'answered',
  gone: 'unreachable',
  lost: 'timeout',
  busy: 'unavailable',
  unsent: 'unsent',
}

/** `options.ok@0`, `invite.busy@100`, `busy@100` (OPTIONS), `manager@5`, `late@7`: a witness with its time. */
function witness(text: string): PbxWitness {
  const [, by = 'options', word = '', time, retryAfter] =
    /^(?:(options|invite|register)\.)?(\w+)@(\d+)(?:\+(\d+))?$/.exec(text) ?? []
  const at = Number(time)
  if (word === 'manager') return { at, by: 'manager' }
  if (word === 'late') return { at, by: 'late-answer' }
  const outcome = words[word]
  if (!outcome) throw new Error(text)
  return {
    at,
    by: by as 'options',
    outcome,
    ...(word === 'slow' && { isSlow: true }),
    ...(retryAfter !== undefined && { retryAfterMs: Number(retryAfter) }),
  }
}

/** The states one after the other. */
function story(witnesses: string, from: PbxHealth = newPbx(0)): { states: string; last: PbxHealth } {
  let last = from
  const states = witnesses.split(' ').map((text) => {
    last = nextPbxHealth(last, witness(text), settings)
    return last.name
  })
  return { states: states.join(' '), last }
}

/** Every so many milliseconds from … to. */
function repeated(word: string, everyMs: number, from: number, to: number): string {
  const texts: string[] = []
  for (let at = from; at <= to; at += everyMs) texts.push(`${word}@${at}`)
  return texts.join(' ')
}

function lastOf(witnesses: string, from?: PbxHealth): PbxHealth {
  return story(witnesses, from).last
}

describe('the health of a PBX that is used', () => {
  it.each([
    ['is normal once it answers', 'ok@0', 'normal'],
    [
      'is doubted after one loss, and normal with the next answer',
      'ok@0 lost@1 ok@2',
      'normal suspect normal',
    ],
    [
      'is gone after three losses in a row that last long enough',
      'ok@0 lost@1000 lost@2500 lost@4000',
      'normal suspect suspect survival',
    ],
    [
      'is not gone while refusals are younger than its patience: it may reload for two seconds',
      'ok@0 gone@1000 gone@1500 gone@2000 gone@2500 gone@3000 ok@3500',
      'normal suspect suspect suspect suspect suspect normal',
    ],
    [
      'is gone when refusals last longer than that',
      'ok@0 gone@1000 gone@2000 gone@3000 gone@3500',
      'normal suspect suspect suspect survival',
    ],
    ['that was never there is gone', 'lost@1000 lost@2500 lost@4000', 'suspect suspect survival'],
    [
      'is gone by OPTIONS and calls together',
      'ok@0 lost@1000 invite.lost@2000 busy@3500',
      'normal suspect suspect survival',
    ],
    [
      'is cleared of all by a call that works',
      'ok@0 invite.busy@1000 lost@2500 invite.ok@2600 lost@4000 lost@5500',
      'normal suspect suspect normal suspect suspect',
    ],
    [
      'is not cleared by OPTIONS when every call fails, and takes twice as many failures then',
      'ok@0 invite.busy@1000 ok@1500 invite.busy@2000 ok@2500 invite.busy@3000 invite.busy@3100 invite.busy@3200 ok@3300 invite.busy@3500',
      'normal suspect suspect suspect suspect suspect suspect suspect suspect survival',
    ],
    [
      'is not cleared of failed calls by those that it asks for credentials before it fails them',
      'ok@0 invite.asked@900 invite.busy@1000 invite.asked@2000 invite.busy@2000 invite.asked@2900 invite.busy@3000 invite.busy@3100 invite.busy@3200 invite.busy@3500',
      'normal normal suspect suspect suspect suspect suspect suspect suspect survival',
    ],
    [
      'is not cleared of failed calls by registrations either',
      'ok@0 invite.busy@1000 register.ok@1500 invite.busy@2000 register.ok@2500 invite.busy@3000 invite.busy@3100 invite.busy@3200 invite.busy@3500',
      'normal suspect suspect suspect suspect suspect suspect suspect survival',
    ],
    [
      'is cleared of a failed call by OPTIONS when no other call has failed for ten seconds',
      'ok@0 invite.busy@1000 ok@2000 ok@3000 ok@10999 ok@11000',
      'normal suspect suspect suspect suspect normal',
    ],
    [
      'is doubted when its manager is gone, and no more than that',
      'ok@0 manager@1 manager@9999 ok@10000',
      'normal suspect suspect normal',
    ],
    [
      'is doubted while it is slow, and no more than that',
      'ok@0 slow@1000 slow@9000 ok@9500',
      'normal suspect suspect normal',
    ],
    [
      'is not judged by what this box could not send',
      'ok@0 unsent@1000 unsent@9000 lost@9500 unsent@99000',
      'normal normal normal suspect suspect',
    ],
  ])('%s', (_what, witnesses, states) => {
    expect(story(witnesses).states).toBe(states)
  })

  it.each([
    ['refused', 'gone@1000 gone@2000 gone@3500'],
    ['silent', 'lost@1000 lost@2500 lost@4000'],
    ['overloaded', 'busy@1000 busy@2000 busy@3500'],
    ['overloaded', 'lost@1000 lost@2500 late@2600 lost@4000'],
    ['silent', 'lost@1000 late@1400 lost@1500 lost@2500 lost@4000'],
    ['refused', 'busy@1000 busy@2000 gone@3500'],
  ])('is called %s after %s', (cause, witnesses) => {
    expect(lastOf(witnesses)).toMatchObject({
      name: 'survival',
      outage: { cause, startedAt: 1_000, detectedAt: Number(witnesses.slice(-4)) },
    })
  })
})

describe('the health of a PBX that is gone', () => {
  const dead = lastOf('ok@0 gone@1000 gone@2000 gone@3500')

  it.each([
    [
      'is held down until it has answered for long enough without a break',
      `ok@4000 ${repeated('ok', 10_000, 14_000, 34_000)}`,
      'returning returning returning normal',
    ],
    [
      'must answer several times, however long that takes',
      'ok@4000 ok@90000 ok@90001',
      'returning returning normal',
    ],
    [
      'begins anew after one loss',
      'ok@4000 ok@33000 lost@33500 ok@34000 ok@63999 ok@64000',
      'returning returning survival returning returning normal',
    ],
    [
      'is not moved by requests that were still under way',
      'invite.ok@5000 invite.lost@6000 ok@7000 invite.lost@8000 register.busy@9000',
      'survival survival returning returning returning',
    ],
    ['is not moved by its manager', 'manager@5000 ok@6000 manager@7000', 'survival returning returning'],
    [
      'is left alone for as long as it has asked',
      'busy@5000+20000 ok@24999 ok@25000',
      'survival survival returning',
    ],
    ['is not left alone for ever', 'busy@5000+999000000 ok@124999 ok@125000', 'survival survival returning'],
  ])('%s', (_what, witnesses, states) => {
    expect(story(witnesses, dead).states).toBe(states)
  })

  it('is held down longer each time it relapses, up to a bound, and forgiven in time', () => {
    let state = newPbx(0)
    let at = 0
    const holds: number[] = []
    for (const restMs of [0, 10_000, 10_000, 10_000, 10_000, 10_000, 400_000]) {
      at += restMs
      state = lastOf(repeated('gone', 1_000, at, at + 3_000), state)
      if (state.name !== 'survival') throw new Error(state.name)
      holds.push(state.outage.holdMs)
      at += 4_000
      const until = at + state.outage.holdMs
      state = lastOf(`ok@${at} ok@${at + 1} ok@${until}`, state)
      expect(state.name).toBe('normal')
      at = until
    }
    expect(holds).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 30_000])
  })

  it('is not held down for longer because a person had the box stand in a moment ago', () => {
    const switchedAway = switched(lastOf('ok@0'), 'survival', 1_000, settings)
    const back = lastOf('ok@2000 ok@3000 ok@32000', switchedAway)
    expect(back.name).toBe('normal')
    expect(lastOf('gone@40000 gone@41000 gone@43000', back)).toMatchObject({ outage: { holdMs: 30_000 } })
  })

  it('makes one entry and one exit of a link that flips every 20 s', () => {
    let state = newPbx(0)
    const changes: string[] = []
    for (let at = 0; at < 600_000; at += 500) {
      const isUp = at >= 400_000 || Math.floor(at / 20_000) % 2 === 0
      const next = nextPbxHealth(state, witness(`${isUp ? 'ok' : 'lost'}@${at}`), settings)
      const wasIn = state.name === 'normal' || state.name === 'suspect'
      const isIn = next.name === 'normal' || next.name === 'suspect'
      if (wasIn !== isIn) changes.push(isIn ? `back at ${at}` : `gone at ${at}`)
      state = next
    }
    expect(changes).toEqual(['gone at 22500', 'back at 430000'])
  })
})

describe('the health of a PBX that was overloaded', () => {
  const overloaded = lastOf(
    'ok@0 invite.busy@500 invite.busy@1000 invite.busy@1500 invite.busy@2000 invite.busy@2500 invite.busy@3000',
  )
  const tried = lastOf('ok@4000 ok@10000 ok@34000', overloaded)

  it('is not believed for OPTIONS alone: calls must be seen to work', () => {
    expect(overloaded).toMatchObject({
      name: 'survival',
      outage: { cause: 'overloaded', mustWork: 'invite' },
    })
    expect(tried).toMatchObject({ name: 'returning', trial: { since: 34_000 } })
    expect(
      story('invite.asked@34400 invite.ok@34500 register.ok@34600 invite.ok@35000 invite.ok@35500', tried)
        .states,
    ).toBe('returning returning returning returning normal')
  })

  it('is held down for twice as long when a call of the trial fails, in the same outage', () => {
    const again = lastOf('invite.ok@34500 invite.busy@35000', tried)
    expect(again).toMatchObject({ name: 'survival', outage: { detectedAt: 3_000, holdMs: 60_000 } })
  })

  it('is believed after another such time in which nobody has called', () => {
    expect(story('ok@63999 ok@64000', tried).states).toBe('returning normal')
  })
})

describe('a PBX that was overloaded when the box took over', () => {
  const overloaded = lastOf('busy@1000 busy@2000 busy@3500')

  it.each([
    ['is dead when it gives no sign of life any more', 'lost@5000 lost@6500 lost@8000', 'silent'],
    ['is dead when nothing listens there any more', 'gone@5000 gone@6000 gone@7500', 'refused'],
    ['may reload', 'gone@5000 gone@6000 gone@7000', 'overloaded'],
    ['lives while it answers now and then', 'lost@5000 lost@6500 busy@7000 lost@9000', 'overloaded'],
    ['lives while it answers late', 'lost@5000 lost@6500 late@7000 lost@8000 lost@9500', 'overloaded'],
    ['is not judged by what this box could not send', 'unsent@5000 unsent@6500 unsent@9000', 'overloaded'],
  ])('%s', (_what, witnesses, cause) => {
    expect(lastOf(witnesses, overloaded)).toMatchObject({
      name: 'survival',
      outage: { cause, startedAt: 1_000, detectedAt: 3_500 },
    })
  })
})

describe('a clock that is set back', () => {
  const hour = 3_600_000

  it('does not keep a dead PBX in charge', () => {
    const doubted = lastOf(`ok@${hour} gone@${hour + 500}`)
    expect(story('gone@1000 gone@2000 gone@3500', doubted).states).toBe('suspect suspect survival')
  })

  it('does not keep a PBX away that answers', () => {
    const back = lastOf(
      `gone@${hour} gone@${hour + 1_000} gone@${hour + 2_500} busy@${hour + 2_600}+60000 ok@${hour + 70_000}`,
    )
    expect(back.name).toBe('returning')
    expect(story('ok@1000 ok@2000 ok@31000', back).states).toBe('returning returning normal')
    const alone = lastOf(`gone@${hour} gone@${hour + 1_000} gone@${hour + 2_500} busy@${hour + 2_600}+60000`)
    expect(story('ok@1000', alone).states).toBe('returning')
  })
})

describe('whatever is seen of a PBX', () => {
  /** A small generator of numbers that every run repeats. */
  function dice(seed: number): () => number {
    let state = seed
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
  }

  it('there is no second entry within the hold-down', () => {
    const kinds = ['ok', 'ok', 'ok', 'slow', 'gone', 'lost', 'busy', 'unsent', 'late', 'manager']
    const sources = ['options', 'options', 'options', 'invite', 'register']
    let entries = 0
    for (let seed = 1; seed <= 50; seed++) {
      const throwDice = dice(seed)
      const pick = <Value>(values: readonly Value[]) =>
        values[Math.floor(throwDice() * values.length)] as Value
      let state = newPbx(0)
      let lastEntry = Number.NEGATIVE_INFINITY
      let mood = 'ok'
      for (let step = 0, at = 0; step < 400; step++, at += Math.floor(throwDice() * 4_000)) {
        if (throwDice() < 0.1) mood = pick(kinds)
        const kind = throwDice() < 0.8 ? mood : pick(kinds)
        const isRequest = kind !== 'late' && kind !== 'manager' && kind !== 'slow'
        const before = state
        state = nextPbxHealth(
          state,
          witness(`${isRequest ? `${pick(sources)}.` : ''}${kind}@${at}`),
          settings,
        )
        const isEntry = state.name === 'survival' && (before.name === 'normal' || before.name === 'suspect')
        if (!isEntry) continue
        expect(at - lastEntry).toBeGreaterThanOrEqual(settings.holdDownMs)
        lastEntry = at
        entries += 1
      }
    }
    expect(entries).toBeGreaterThan(50)
  })
})
