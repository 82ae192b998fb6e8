import { describe, expect, it } from 'vitest'
import { trunkEntry } from '../../../src/config/sections/trunks.ts'
import {
  holdsUntil,
  nextRegistration,
  type RegistrationEvent,
  type RegistrationState,
  type RegistrationStep,
} from '../../../src/trunk/registration.ts'

const idle: RegistrationState = { name: 'idle' }
const start: RegistrationEvent = { type: 'start', expiresSeconds: 300 }
const refused = (
  status: number,
  more: Partial<Extract<RegistrationEvent, { type: 'refused' }>> = {},
): RegistrationEvent => ({
  type: 'refused',
  at: 0,
  status,
  why: `${status}`,
  minExpiresSeconds: undefined,
  retryAfterSeconds: undefined,
  chance: 0,
  ...more,
})
const accepted = (grantedSeconds?: number): RegistrationEvent => ({
  type: 'accepted',
  at: 1_000,
  grantedSeconds,
})

function played(...events: RegistrationEvent[]): RegistrationStep {
  return events.reduce<RegistrationStep>(([state], event) => nextRegistration(state, event), [idle])
}

describe('a registration', () => {
  it.each<[string, RegistrationEvent[], string, unknown[]]>([
    ['asks when it starts', [start], 'registering', [{ do: 'register', expiresSeconds: 300 }]],
    [
      'refreshes at half of what was granted',
      [start, accepted(120)],
      'registered',
      [{ do: 'wait', ms: 60_000 }],
    ],
    [
      'refreshes twice a day when it was granted for years',
      [start, accepted(999_999_999)],
      'registered',
      [{ do: 'wait', ms: 43_200_000 }],
    ],
    [
      'takes what it asked for when nothing was named',
      [start, accepted()],
      'registered',
      [{ do: 'wait', ms: 150_000 }],
    ],
    [
      'asks again when due',
      [start, accepted(120), { type: 'due' }],
      'registering',
      [{ do: 'register', expiresSeconds: 300 }],
    ],
    [
      'asks at once when the box has another address',
      [start, accepted(120), { type: 'moved' }],
      'registering',
      [{ do: 'register', expiresSeconds: 300 }],
    ],
    [
      'asks at once when the box has a network at last',
      [start, refused(503), { type: 'moved' }],
      'registering',
      [{ do: 'register', expiresSeconds: 300 }],
    ],
    [
      'asks for longer at once when told 423',
      [start, refused(423, { minExpiresSeconds: 600 })],
      'registering',
      [{ do: 'register', expiresSeconds: 600 }],
    ],
    [
      'waits after a 423 that says nothing new',
      [start, refused(423, { minExpiresSeconds: 300 })],
      'waiting',
      [{ do: 'wait', ms: 1_000 }],
    ],
    [
      'does not ask for more than a day',
      [start, refused(423, { minExpiresSeconds: 86_401 })],
      'waiting',
      [{ do: 'wait', ms: 1_000 }],
    ],
    ['waits a second after the first failure', [start, refused(503)], 'waiting', [{ do: 'wait', ms: 1_000 }]],
    ['spreads its retries', [start, refused(503, { chance: 1 })], 'waiting', [{ do: 'wait', ms: 750 }]],
    [
      'spreads the longest wait by seconds only',
      [start, refused(403, { chance: 1 })],
      'waiting',
      [{ do: 'wait', ms: 58_000 }],
    ],
    [
      'asks at once when the provider has fallen silent',
      [start, accepted(120), { type: 'lost' }],
      'registering',
      [{ do: 'register', expiresSeconds: 300 }],
    ],
    ['asks no oftener for that while it is trying', [start, refused(503), { type: 'lost' }], 'waiting', []],
    [
      'doubles its wait',
      [start, refused(503), { type: 'due' }, refused(408)],
      'waiting',
      [{ do: 'wait', ms: 2_000 }],
    ],
    [
      'does as Retry-After says',
      [start, refused(503, { retryAfterSeconds: 120 })],
      'waiting',
      [{ do: 'wait', ms: 120_000 }],
    ],
    [
      'is not put off for a day by Retry-After',
      [start, refused(503, { retryAfterSeconds: 86_400 })],
      'waiting',
      [{ do: 'wait', ms: 300_000 }],
    ],
    ['does not hammer with a wrong password', [start, refused(403)], 'waiting', [{ do: 'wait', ms: 60_000 }]],
    [
      'says goodbye when stopped while registered',
      [start, accepted(120), { type: 'stop', at: 2_000 }],
      'idle',
      [{ do: 'unregister' }],
    ],
    [
      'has nothing to say goodbye to otherwise',
      [start, refused(503), { type: 'stop', at: 2_000 }],
      'idle',
      [],
    ],
    [
      'ignores an answer that comes after the stop',
      [start, { type: 'stop', at: 0 }, accepted(120)],
      'idle',
      [],
    ],
    ['ignores a timer that fires too late', [start, { type: 'due' }], 'registering', []],
  ])('%s', (_what, events, name, actions) => {
    const [state, ...rest] = played(...events)
    expect(state.name).toBe(name)
    expect(rest).toEqual(actions)
  })

  it.each([
    [86_400, true],
    [86_401, false],
  ])('of %i s may be asked for: %s', (registerExpiresSeconds, may) => {
    const entry = { name: 'carrier', server: 'carrier.example', registerExpiresSeconds }
    expect(trunkEntry.safeParse(entry).success).toBe(may)
  })

  it('never waits longer than a minute, and never gives up', () => {
    const failing = Array.from({ length: 200 }, () => [refused(408), { type: 'due' } as const]).flat()
    const [state, action] = played(start, ...failing)
    expect(state).toMatchObject({ name: 'registering', failures: 200 })
    expect(action).toEqual({ do: 'register', expiresSeconds: 300 })
    expect(nextRegistration(state, refused(408))[1]).toEqual({ do: 'wait', ms: 60_000 })
  })

  it('still holds while its refresh fails', () => {
    const [state] = played(start, accepted(120), { type: 'due' }, refused(408))
    expect(holdsUntil(state)).toBe(121_000)
  })
})
