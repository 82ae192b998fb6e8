import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import type { CopySurvey } from '../../../src/overlay/diagnosis/copy-survey.ts'
import { Witness } from '../../../src/overlay/diagnosis/witness.ts'
import { placePeer } from '../../../src/overlay/records/placement.ts'
import type { CheckedRecord } from '../../../src/overlay/records/record-check.ts'
import { checked, now } from './some-records.ts'

describe('the witness of a canary', () => {
  let held: Record<string, CheckedRecord[]>
  let asked: string[]
  let slow: Promise<void> | undefined
  let clock: FakeClock

  beforeEach(() => {
    held = {}
    asked = []
    slow = undefined
    clock = new FakeClock(now)
  })

  const witness = (...members: string[]) => {
    const ask: CopySurvey['ask'] = async (peer) => {
      asked.push(peer)
      if (peer === 'slow') await slow
      return { copies: held[peer] ?? [], refusals: [] }
    }
    return new Witness({
      ...{ self: 'witness', copies: 2, clock },
      table: { placed: () => ['witness', 'asker', ...members].map((peer) => placePeer(peer)) },
      survey: { ask },
    })
  }
  const canary = (signer: string, storedAt: number) =>
    checked({ kind: 'canary', resource: 'asker', signer, storedAt })

  it('believes neither the asker nor its own copy while there are others', async () => {
    held = { asker: [canary('asker', now)], witness: [canary('asker', now)] }
    expect(await witness('x', 'y').find('asker', 'asker')).toBe(0)
    expect(asked.toSorted()).toEqual(['x', 'y'])
  })

  it('tells when what another box holds had been stored', async () => {
    held = { x: [canary('asker', now - 9)], y: [canary('asker', now)] }
    expect(await witness('x', 'y').find('asker', 'asker')).toBe(now)
  })

  it('waits for a holder that is slower than one with an earlier canary', async () => {
    held = { x: [canary('asker', now - 9)], slow: [canary('asker', now)] }
    slow = new Promise((resolve) => clock.after(200, resolve))
    const found = witness('x', 'slow').find('asker', 'asker')
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(200)
    expect(await found).toBe(now)
  })

  it('goes by its own copy when there are only the two of them', async () => {
    held = { asker: [canary('asker', now)], witness: [canary('asker', now - 1)] }
    expect(await witness().find('asker', 'asker')).toBe(now - 1)
    expect(asked).toEqual(['witness'])
  })

  it('takes no record of somebody else for it', async () => {
    held = { x: [canary('x', now)] }
    expect(await witness('x').find('asker', 'asker')).toBe(0)
  })
})
