import { expect, test } from 'vitest'
import type { EmergencyCall } from '../../../../src/domain/route.ts'
import type { MediaSide } from '../../../../src/edge/neighbours.ts'
import { settled } from '../../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from '../an-edge.ts'
import { relay } from './a-relay.ts'

type LastHeard = (edge: AnEdge, side: MediaSide) => number | undefined

/** Only the phone is heard. */
const silentPbx: LastHeard = ({ clock }, side) => (side === 'callee' ? 1_000_000 : clock.now())

/** A phone that talks to something at the PBX, whose media was heard last at that time. */
async function alone(lastHeard: LastHeard, pbxSdp = 'v=0 pbx', emergency?: EmergencyCall) {
  const edge: AnEdge = new AnEdge({ media: relay((side) => lastHeard(edge, side)) })
  edge.plan = {
    ...targets(target({ path: 'pbx', label: 'office', uri: 'sip:600@pbx.example' })),
    ...(emergency && { emergency }),
  }
  const invite = await edge.phoneCalls()
  await edge.stack.sent().answers(pbxSdp)
  await edge.handler.rescue.pbxDied('office')
  return { edge, phone: invite.dialog }
}

async function pass(edge: AnEdge, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    edge.clock.advance(1_000)
    await settled()
  }
}

test('who listens to a dead PBX is told that it is gone', async () => {
  const { edge, phone } = await alone(silentPbx)
  await pass(edge, 9)
  expect(phone?.hungUpWith).toBeUndefined()
  await pass(edge, 2)
  const text = 'PBX office is gone, and nothing is heard from it any more'
  expect(phone?.hungUpWith).toEqual({ Reason: `Q.850 ;cause=38 ;text="${text}"` })
  expect(edge.records.ended.at(-1)).toMatchObject({ cause: text, q850: 38 })
})

test.each<[string, LastHeard, string | undefined]>([
  ['hears somebody', ({ clock }) => clock.now() - 1_000, undefined],
  ['talks past the relay', () => undefined, undefined],
  ['is held', silentPbx, 'v=0\r\na=inactive\r\n'],
  ['the box hears nobody in', () => 1_000_000, undefined],
])('a call that %s is left', async (_, lastHeard, sdp) => {
  const { edge, phone } = await alone(lastHeard, sdp)
  await pass(edge, 120)
  expect(phone?.hungUpWith).toBeUndefined()
  expect(edge.clock.pendingTimers).toBe(0)
})

test('nobody but the people in it ends a call for help', async () => {
  const { edge, phone } = await alone(silentPbx, undefined, { number: '112', isTest: false })
  await pass(edge, 120)
  expect(phone?.hungUpWith).toBeUndefined()
})

test('a PBX that is back in time has its call on', async () => {
  const { edge, phone } = await alone(silentPbx)
  await edge.handler.rescue.pbxIsBack('office')
  await pass(edge, 120)
  expect(phone?.hungUpWith).toBeUndefined()
})
