import { expect, it } from 'vitest'
import { AmiMessage } from '../../../src/drivers/asterisk/ami-message.ts'
import { Originations } from '../../../src/drivers/asterisk/originations.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

const order = { channel: 'PJSIP/201', context: 'phones', extension: '202', ringMs: 30_000 }

it('no more than sixteen calls are ordered at once, however many ask', async () => {
  const originations = new Originations(new FakeClock(0))
  let asked = 0
  const session = { action: async () => new AmiMessage([['ActionID', String(++asked)]]) }
  const first = Array.from({ length: 16 }, () => originations.originate(session, order))
  await expect(originations.originate(session, order)).rejects.toMatchObject({ kind: 'refused' })
  for (let id = 1; id <= 16; id++) {
    const said = { Event: 'OriginateResponse', Response: 'Success', ActionID: String(id), Reason: '4' }
    originations.take(new AmiMessage(Object.entries(said)))
  }
  expect((await Promise.all(first)).every(({ isAnswered }) => isAnswered)).toBe(true)
  const next = originations.originate(session, order)
  originations.take(
    new AmiMessage([
      ['Event', 'OriginateResponse'],
      ['ActionID', '17'],
    ]),
  )
  expect((await next).isAnswered).toBe(false)
  expect(asked).toBe(17)
})
