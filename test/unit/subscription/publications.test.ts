import { expect, test } from 'vitest'
import { Publications } from '../../../src/subscription/publications.ts'
import { fakeResponse } from '../../support/fake-response.ts'
import { FakeSipStack } from '../../support/fake-sip-stack.ts'

const user = { user: '201', domain: 'pbx.example' }

async function publishing(proxy: string | undefined) {
  const stack = new FakeSipStack()
  stack.onOutgoingRequest = () => fakeResponse(200, { headers: { 'SIP-ETag': 'e1', Expires: '60' } })
  await new Publications({
    stack,
    door: { admit: () => ({ kind: 'phone', user, proof: 'none' }) },
    directory: { find: () => user },
    pbxs: { proxyOf: () => proxy },
  }).start()
  const headers = { From: '<sip:201@pbx.example>;tag=a', Event: 'presence', 'SIP-If-Match': 'e0' }
  const request = await stack.receive('PUBLISH', { uri: 'sip:201@pbx.example', headers, body: '<presence/>' })
  return { stack, request }
}

test('PUBLISH goes to the PBX, and its entity tag comes back', async () => {
  const { stack, request } = await publishing('sip:192.0.2.30')
  expect(stack.requests).toMatchObject([
    {
      uri: 'sip:201@pbx.example',
      options: {
        proxy: 'sip:192.0.2.30',
        body: '<presence/>',
        headers: { From: '<sip:201@pbx.example>', 'SIP-If-Match': ['e0'] },
      },
    },
  ])
  expect(request.answered('SIP-ETag')).toEqual(['e1'])
})

test('PUBLISH gets 489 where no PBX takes it', async () => {
  const { stack, request } = await publishing(undefined)
  expect(request.response.status).toBe(489)
  expect(stack.requests).toEqual([])
})
