import { describe, expect, it } from 'vitest'
import { VitalSigns } from '../../../src/gateway/vital-signs.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { CollectedLog } from '../../support/collected-log.ts'

function signs(organs: { answers?: () => Promise<void>; set?: (key: string) => Promise<void> } = {}) {
  const [clock, log] = [new FakeClock(), new CollectedLog()]
  const { answers = async () => undefined, set = async () => undefined } = organs
  return { clock, log, vitalSigns: new VitalSigns({ engine: { answers }, settings: { set }, clock, log }) }
}

describe('vital signs', () => {
  it('are good when the engine has answered and the disk has taken something', async () => {
    expect(await signs().vitalSigns.notAliveBecause()).toBeUndefined()
  })

  it('a thread of the engine that hangs is noticed within two seconds', async () => {
    const { vitalSigns, clock } = signs({ answers: () => new Promise(() => undefined) })
    const why = vitalSigns.notAliveBecause()
    clock.advance(2_000)
    expect(await why).toBe('the SIP engine does not answer')
  })

  it('cost the engine one question a second, however often somebody asks', async () => {
    let questions = 0
    const { vitalSigns, clock } = signs({ answers: async () => void questions++ })
    for (let time = 0; time < 100; time++) await vitalSigns.notAliveBecause()
    expect(questions).toBe(1)
    clock.advance(1_000)
    await vitalSigns.notAliveBecause()
    expect(questions).toBe(2)
  })

  it('a disk that is full or hangs is noticed, and written to once in ten seconds however often somebody asks', async () => {
    let writes = 0
    const { vitalSigns, clock, log } = signs({
      set: async () => {
        writes++
        if (writes === 1) throw new Error('disk is full')
      },
    })
    const full = 'the database cannot be written to'
    expect(await Promise.all([vitalSigns.notAliveBecause(), vitalSigns.notAliveBecause()])).toEqual([
      full,
      full,
    ])
    expect(writes).toBe(1)
    expect(log.lines).toMatchObject([{ sentence: full, fields: { why: 'Error: disk is full' } }])
    clock.advance(10_000)
    expect(await vitalSigns.notAliveBecause()).toBeUndefined()
    const hanging = signs({ set: () => new Promise(() => undefined) })
    const why = hanging.vitalSigns.notAliveBecause()
    await new Promise((resolve) => setImmediate(resolve))
    hanging.clock.advance(2_000)
    expect(await why).toBe(full)
  })

  it('of a drachtio-server are left to those who look after it', async () => {
    const settings = { set: async () => undefined }
    const vitalSigns = new VitalSigns({
      ...{ engine: undefined, settings, clock: new FakeClock(), log: silentLog },
    })
    expect(await vitalSigns.engineAnswers(2_000)).toBe(true)
  })
})
