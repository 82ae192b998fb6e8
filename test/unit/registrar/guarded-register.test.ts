import { expect, it } from 'vitest'
import { guardedRegister } from '../../../src/registrar/guarded-register.ts'
import { FakeRequest } from '../../support/fake-request.ts'

it.each([
  ['ok', [200]],
  ['too-fast', [503]],
  ['banned', []],
] as const)('a source that is %s gets %j', async (admission, statuses) => {
  const register = guardedRegister({ admit: () => admission }, (request) => request.respond(200))
  const request = new FakeRequest('REGISTER')
  await register(request)
  expect(request.responses.map(({ status }) => status)).toEqual(statuses)
})
