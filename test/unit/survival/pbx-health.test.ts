import { describe, expect, it } from 'vitest'
import {
  newPbx,
  nextPbxHealth,
  type PbxHealth,
  type PbxHealthSettings,
  type PbxOutcome,
} from '../../../src/survival/pbx-health.ts'

const settings: PbxHealthSettings = { failuresToSurvival: 3, successesToReturn: 3, holdDownMs: 5_000 }
const words: Readonly<Record<string, PbxOutcome>> = {
  ok: 'answered',
  gone: 'unreachable',
  lost: 'timeout',
  busy: 'unavailable',
}

/** `options.ok@0 request.lost@100`: witnesses with their time; the states one after the other. */
function story(witnesses: string, from: PbxHealth = newPbx(0)): { states: string; last: PbxHealth } {
  let last = from
  const states = witnesses.split(' ').map((text) => {
    const [, by, word, at] = /^(options|request|manager)\.(\w+)@(\d+)$/.exec(text) ?? []
    const outcome = words[word ?? '']
    if ((by !== 'options' && by !== 'request' && by !== 'manager') || !outcome) throw new Error(text)
    last = nextPbxHealth(last, { by, outcome, at: Number(at) }, settings)
    return last.name
  })
  return { states: states.join(' '), last }
}

describe('the health of a PBX', () => {
  it.each([
    ['is normal once it answers', 'options.ok@0', 'normal'],
    [
      'is suspect after a single loss, and normal again with the next answer',
      'options.ok@0 options.lost@1 options.ok@2',
      'normal suspect normal',
    ],
    [
      'is suspect, and no more than that, when its manager interface is gone',
      'options.ok@0 manager.gone@1 manager.gone@2 manager.gone@3 manager.gone@4 options.lost@5 options.ok@6',
      'normal suspect suspect suspect suspect suspect normal',
    ],
    [
      'is believed again as soon, whatever its manager interface does meanwhile',
      'options.ok@0 request.lost@1 options.ok@2 manager.gone@3 options.ok@4 options.ok@5',
      'normal suspect suspect suspect suspect normal',
    ],
    [
      'is survival after three losses in a row',
      'options.ok@0 options.lost@1 options.lost@2 options.lost@3',
      'normal suspect suspect survival',
    ],
    [
      'is survival after two refusals by the network',
      'options.ok@0 options.gone@1 options.gone@2',
      'normal suspect survival',
    ],
    [
      'counts losses of OPTIONS and of requests together',
      'options.ok@0 options.lost@1 request.lost@2 request.busy@3',
      'normal suspect suspect survival',
    ],
    [
      'is cleared by a request that works',
      'options.ok@0 request.busy@1 request.busy@2 request.ok@3 request.busy@4',
      'normal suspect suspect normal suspect',
    ],
    [
      'is not cleared by one OPTIONS when calls fail',
      'options.ok@0 request.busy@1 options.ok@2 request.busy@3 options.ok@4 request.busy@5',
      'normal suspect suspect suspect suspect survival',
    ],
    [
      'is cleared by several OPTIONS when no more calls fail',
      'options.ok@0 request.busy@1 options.ok@2 options.ok@3 options.ok@4',
      'normal suspect suspect suspect normal',
    ],
    [
      'that was never there is survival',
      'options.lost@0 options.lost@1 options.lost@2',
      'suspect suspect survival',
    ],
  ])('%s', (_what, witnesses, states) => {
    expect(story(witnesses).states).toBe(states)
  })

  const dead = story('options.ok@0 options.gone@1000 options.gone@1000').last

  it.each([
    [
      'stays survival during hold-down, whatever answers',
      'options.ok@2000 options.ok@5999',
      'survival survival',
    ],
    [
      'returns after three answers in a row',
      'options.ok@6000 options.ok@6001 options.ok@6002',
      'returning returning normal',
    ],
    [
      'falls back at the first loss, and is held down again',
      'options.ok@6000 options.lost@6001 options.ok@11000 options.ok@11001',
      'returning survival survival returning',
    ],
    [
      'is not brought back by a request that was under way',
      'request.ok@7000 request.ok@8000 request.ok@9000',
      'survival survival survival',
    ],
    [
      'is not thrown back by a request that was under way',
      'options.ok@6000 request.lost@6001 options.ok@6002 options.ok@6003',
      'returning returning returning normal',
    ],
  ])('%s', (_what, witnesses, states) => {
    expect(story(witnesses, dead).states).toBe(states)
  })

  it('is held down longer each time it relapses, and forgiven in time', () => {
    const holds = (state: PbxHealth, at: number) => {
      const { last } = story(`options.gone@${at} options.gone@${at}`, state)
      return { last, ms: last.name === 'survival' ? last.holdUntil - at : 0 }
    }
    const back = (state: PbxHealth, at: number) =>
      story(Array(3).fill(`options.ok@${at}`).join(' '), state).last
    const first = holds(newPbx(0), 0)
    const second = holds(back(first.last, 10_000), 20_000)
    const third = holds(back(second.last, 40_000), 50_000)
    const later = holds(back(third.last, 100_000), 1_000_000)
    expect([first, second, third, later].map(({ ms }) => ms)).toEqual([5_000, 10_000, 20_000, 5_000])
  })
})
