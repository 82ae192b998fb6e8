import { expect, it } from 'vitest'
import { SipResponse } from '../../../../src/engine/message/message.ts'
import { bestResponse } from '../../../../src/engine/proxy/best-response.ts'

const response = (status: number, headers: [string, string][] = []): SipResponse =>
  new SipResponse(status, '', headers)

// RFC 3261 §16.7 step 6.
it.each([
  [[486, 603], 603],
  [[503, 486, 404], 486],
  [[404, 486], 404],
  [[486, 407], 407],
  [[500, 302, 404], 302],
  [[503, 500], 500],
  [[408, 480], 480],
  [[408], 408],
])('of %j the best is %i', (statuses, best) => {
  expect(bestResponse(statuses.map((status) => response(status)))?.status).toBe(best)
})

it('of nothing there is no best', () => {
  expect(bestResponse([])).toBeUndefined()
})

it('puts the challenges of all branches together', () => {
  const best = bestResponse([
    response(401, [['WWW-Authenticate', 'Digest realm="a"']]),
    response(486),
    response(407, [['Proxy-Authenticate', 'Digest realm="b"']]),
    response(401, [['WWW-Authenticate', 'Digest realm="c"']]),
  ])
  expect(best?.getAll('www-authenticate')).toEqual(['Digest realm="a"', 'Digest realm="c"'])
  expect(best?.getAll('proxy-authenticate')).toEqual(['Digest realm="b"'])
})
