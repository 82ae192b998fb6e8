import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../../appliance/debian/install-debian.ts'
import { labPrograms } from '../../support/lab-programs.ts'
import { eventually } from '../../support/within.ts'
import { Office } from './office.ts'

const flipMs = 20_000
const flips = 2
const office = new Office({ extensions: ['201', '202'] })

beforeAll(async () => {
  if (!installDebian(labPrograms, 'the lab')) throw new Error('the lab is not installed')
  await office.start()
}, 120_000)

afterAll(() => office.stop(), 60_000)

/** A PBX that seemed to come back and failed again is in the same outage still. */
function changesTo(state: string): number {
  return office.box.log.filter(
    (line) =>
      line.includes('PBX state changed') &&
      line.includes(`"to":"${state}"`) &&
      !line.includes('"from":"returning","to":"survival"'),
  ).length
}

/** The link's own rhythm, which is the very thing under test. */
function rhythm(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, flipMs))
}

test('a link that flips every 20 s makes one entry and one exit, with the settings that a box starts with', async () => {
  const before = { survival: changesTo('survival'), normal: changesTo('normal') }
  for (let flip = 0; flip < flips; flip++) {
    office.cutPbxOff()
    await rhythm()
    office.mendPbx()
    if (flip < flips - 1) await rhythm()
  }
  await eventually(150_000, 'the return', () => changesTo('normal') > before.normal, 200)
  expect(changesTo('survival') - before.survival).toBe(1)
  expect(changesTo('normal') - before.normal).toBe(1)
}, 300_000)
