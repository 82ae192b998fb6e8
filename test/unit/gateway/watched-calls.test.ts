import { expect, test } from 'vitest'
import type { CallRecords } from '../../../src/edge/neighbours.ts'
import { watchedCalls } from '../../../src/gateway/watched-calls.ts'
import { UserCalls } from '../../../src/subscription/user-calls.ts'
import { AnEdge, target, targets } from '../edge/an-edge.ts'

const [anna, bert, cleo] = [201, 202, 203].map((user) => `sip:${user}@site-a.example`)
const nobody: CallRecords = {
  began: () => undefined,
  changed: () => undefined,
  forgotten: () => undefined,
  ended: () => undefined,
}

/** An edge whose calls are watched, and what everybody's lamp shows. */
function watched() {
  const calls = new UserCalls((user) => user)
  const edge = new AnEdge({ records: watchedCalls(nobody, calls) })
  const lamps = () =>
    [anna, bert, cleo].map((user) =>
      calls
        .of(user ?? '')
        .map(({ state }) => state)
        .join(),
    )
  return { edge, lamps }
}

test('the lamp blinks of whose phone rings, one after the other, and burns of who talks', async () => {
  const { edge, lamps } = watched()
  edge.plan = targets(
    target({ uri: 'sip:bert@192.0.2.2', label: bert ?? '', memberOf: 'in-turn' }),
    target({ uri: 'sip:cleo@192.0.2.3', label: cleo ?? '', group: 1, memberOf: 'in-turn' }),
  )
  await edge.phoneCalls()
  expect(lamps()).toEqual(['trying', '', ''])
  edge.stack.sent(0).rings()
  expect(lamps()).toEqual(['early', 'early', ''])
  await edge.stack.sent(0).refuses(486)
  expect(lamps()).toEqual(['early', '', ''])
  edge.stack.sent(1).rings()
  expect(lamps()).toEqual(['early', '', 'early'])
  const callee = await edge.stack.sent(1).answers('v=0 cleo')
  expect(lamps()).toEqual(['confirmed', '', 'confirmed'])
  callee.farEndHangsUp()
  expect(lamps()).toEqual(['', '', ''])
})

test('all lamps of a group blink together, and go out when the caller gives up', async () => {
  const { edge, lamps } = watched()
  edge.plan = targets(...[bert, cleo].map((label = '') => target({ uri: label, label, memberOf: 'all' })))
  const invite = await edge.phoneCalls()
  edge.stack.sent(0).rings()
  edge.stack.sent(1).rings()
  expect(lamps()).toEqual(['early', 'early', 'early'])
  invite.cancel()
  await new Promise((resolve) => setImmediate(resolve))
  expect(lamps()).toEqual(['', '', ''])
})
