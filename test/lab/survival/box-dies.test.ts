import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../../appliance/debian/install-debian.ts'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { labPrograms } from '../../support/lab-programs.ts'
import { eventually } from '../../support/within.ts'
import { Office } from './office.ts'

// The box dies while it stands in for a dead PBX: what it has promised (DESIGN §9: bindings, records of answered calls)
// and what it has found out are there when it is back.

const office = new Office({ extensions: ['201', '202', '203', '204'] })

beforeAll(async () => {
  if (!installDebian(labPrograms, 'the lab')) throw new Error('the lab is not installed')
  await office.start()
}, 120_000)

afterAll(() => office.stop(), 60_000)

async function records(): Promise<readonly CallRecord[]> {
  return (await office.box.ask<{ recent: CallRecord[] }>('/api/calls')).recent
}

test('killed in survival it is in survival at once, and knows its phones and its calls', async () => {
  const caller = await office.phone('201')
  await office.phone('202')
  await office.asterisk.kill()
  const { since } = await office.inState('survival', 10_000)
  // This one knows nobody but the box.
  await office.phone('203')
  const ended = await caller.call('203')
  await ended.answered()
  await ended.hangUp()
  const cut = await caller.call('202')
  await cut.answered()
  const count = await eventually(20_000, 'the record of the first call', async () => {
    const seen = (await records()).filter(({ endedAt }) => endedAt !== undefined)
    return seen.length === 1 && seen.length
  })
  expect(count).toBe(1)

  await office.box.kill()
  await office.box.start()
  expect(await office.pbx()).toMatchObject({ state: 'survival', since })
  for (const called of ['202', '203']) {
    const call = await caller.call(called)
    await call.answered()
    await call.hangUp()
  }
  const all = await eventually(10_000, 'the records of all four calls', async () => {
    const seen = await records()
    return seen.length === 4 && seen.every(({ endedAt }) => endedAt !== undefined) && seen
  })
  expect(new Set(all.map(({ id }) => id)).size).toBe(4)
  expect(all.every(({ answeredAt }) => answeredAt !== undefined)).toBe(true)
}, 120_000)
