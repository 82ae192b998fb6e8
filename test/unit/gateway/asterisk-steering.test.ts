import { describe, expect, it } from 'vitest'
import { AmiTrouble, type AmiTroubleKind } from '../../../src/drivers/asterisk/ami-trouble.ts'
import { AsteriskBook } from '../../../src/drivers/asterisk/asterisk-book.ts'
import { asteriskSteering } from '../../../src/gateway/asterisk-steering.ts'

function ordersTo(hangUp: () => Promise<void>, state: () => AsteriskBook | undefined = () => undefined) {
  const asterisk = { state, hangUp, originate: () => Promise.reject(new Error('not of this test')) }
  return asteriskSteering((name) => (name === 'pstn' ? asterisk : undefined))
}

describe('orders to an Asterisk', () => {
  it.each([
    ['away', 'away'],
    ['garbage', 'away'],
    ['refused', 'refused'],
    ['too-late', 'too-late'],
    ['unsendable', 'unsendable'],
  ] as const)('that fail as %s are told as %s, in its words', async (kind: AmiTroubleKind, told) => {
    const orders = ordersTo(() => Promise.reject(new AmiTrouble(kind, 'No such channel')))
    expect(await orders.hangUp('pstn', 'PJSIP/201-1')).toEqual({ kind: told, text: 'No such channel' })
  })

  it('do not hide a fault of the box', async () => {
    const orders = ordersTo(() => Promise.reject(new TypeError('a bug')))
    await expect(orders.hangUp('pstn', 'PJSIP/201-1')).rejects.toThrow('a bug')
  })

  it('reach only one that is known and connected', async () => {
    const orders = ordersTo(async () => undefined)
    expect(await orders.hangUp('pstn', 'PJSIP/201-1')).toMatchObject({ kind: 'done' })
    expect((await orders.hangUp('other', 'PJSIP/201-1')).kind).toBe('unknown')
    expect(orders.channels('other').kind).toBe('unknown')
    expect(orders.channels('pstn').kind).toBe('away')
    const connected = ordersTo(
      async () => undefined,
      () => new AsteriskBook(),
    )
    expect(connected.channels('pstn')).toEqual({ kind: 'done', value: [] })
  })
})
