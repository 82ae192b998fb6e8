import { describe, expect, it } from 'vitest'
import type { CallQuestion, RouteTarget } from '../../../src/domain/route.ts'
import { EmergencyLegs } from '../../../src/edge/legs/emergency-legs.ts'
import { target } from './an-edge.ts'

const question: CallQuestion = {
  callId: 'call-1',
  source: 'phone',
  sourceLabel: '201@site-a.example',
  caller: undefined,
  callerIsAuthenticated: false,
  from: 'sip:anonymous@anonymous.invalid',
  requestUri: 'sip:112@site-a.example',
  at: 0,
}
const emergency = { number: '112', isTest: false }
const onTrunk = target({ path: 'trunk', label: 'carrier', uri: 'tel:112;phone-context=+49', emergency })
const part = { type: 'application/pidf+xml', id: 'x@box', body: '<presence/>' }

/** A trunk with so many free channels; one that is cut frees one. */
function someLegs(free: number) {
  const prepared: RouteTarget[] = []
  const expected: string[] = []
  const trunk = { free, cut: 0 }
  const legs = new EmergencyLegs({
    legs: {
      prepare: (each) => {
        prepared.push(each)
        trunk.free -= 1
        return { uri: each.uri, from: '<sip:x@y>', headers: { Subject: 'x' }, release: () => undefined }
      },
    },
    freeOn: () => trunk.free,
    makeRoom: async () => {
      trunk.cut += 1
      trunk.free += 1
      return true
    },
    numberOn: (_, number) => (number === '112' ? '999' : number),
    callbackNumberOf: () => '+49301234500',
    expectCallback: (number) => void expected.push(number),
    locationFor: ({ label }) => (label === 'carrier' ? part : undefined),
  })
  const prepare = async (each: RouteTarget) => legs.prepare(each, question, undefined)
  return { prepare, prepared, expected, trunk }
}

describe('a leg of a call for help', () => {
  it('shows a number to call back, and carries the location (RFC 6442)', async () => {
    const { prepare, prepared, expected } = someLegs(1)
    expect(await prepare(onTrunk)).toMatchObject({
      headers: {
        Subject: 'x',
        Priority: 'emergency',
        Geolocation: '<cid:x@box>',
        'Geolocation-Routing': 'yes',
      },
      attached: [part],
    })
    expect(prepared[0]?.emergency).toEqual({ ...emergency, callbackNumber: '+49301234500' })
    expect(expected).toEqual(['+49301234500'])
  })

  it("dials the number of the trunk's country, but in a test what the test dials", async () => {
    const { prepare, prepared } = someLegs(2)
    await prepare(onTrunk)
    await prepare({ ...onTrunk, uri: 'tel:+4915112345678' })
    expect(prepared.map(({ uri }) => uri)).toEqual(['tel:999;phone-context=+49', 'tel:+4915112345678'])
  })

  it('makes room on a full trunk, and only there', async () => {
    const { prepare, trunk } = someLegs(1)
    await prepare(onTrunk)
    expect(trunk.cut).toBe(0)
    await prepare(onTrunk)
    expect(trunk.cut).toBe(1)
  })

  it('does not take the room that another one has made', async () => {
    const { prepare, trunk } = someLegs(0)
    await Promise.all([prepare(onTrunk), prepare(onTrunk), prepare(onTrunk)])
    expect(trunk.cut).toBe(3)
  })

  it('of a test makes nobody hang up', async () => {
    const { prepare, trunk } = someLegs(0)
    await prepare({ ...onTrunk, emergency: { number: '933', isTest: true } })
    expect(trunk.cut).toBe(0)
  })
})

it('any other leg is left as it is', async () => {
  const { prepare, prepared, trunk } = someLegs(0)
  const { emergency: _, ...usual } = onTrunk
  expect(await prepare(usual)).toMatchObject({ headers: { Subject: 'x' } })
  expect(prepared).toEqual([usual])
  expect(trunk.cut).toBe(0)
})
