import { expect, it } from 'vitest'
import { printSessionId, readSessionId } from '../../../src/edge/legs/session-id.ts'

const uuid = 'ab30317f1a784dc48ff824d0d3715d86'

it('reads the half of the caller, and what it prints', () => {
  expect(readSessionId(printSessionId(uuid))).toBe(uuid)
  expect(readSessionId(`${uuid.toUpperCase()} ; remote=47755a9de7794ba387653f2099600ef2`)).toBe(uuid)
  expect(readSessionId(uuid)).toBe(uuid)
})

it.each([undefined, '', 'x'.repeat(32), `${uuid}0;remote=1`, printSessionId('0'.repeat(32))])(
  'takes no caller out of %j',
  (value) => expect(readSessionId(value)).toBeUndefined(),
)
