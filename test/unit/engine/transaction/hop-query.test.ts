import { describe, expect, it } from 'vitest'
import { hopQueryFor } from '../../../../src/engine/transaction/hop-query.ts'

describe('where a URI leads', () => {
  it.each([
    ['sip:a@one.example', { host: 'one.example', port: undefined, transport: undefined }],
    ['sip:a@[2001:db8::1]:5070;transport=TCP', { host: '2001:db8::1', port: 5070, transport: 'tcp' }],
    [
      'sip:one.example:5061;transport=tls;maddr=192.0.2.7',
      { host: '192.0.2.7', name: 'one.example', port: 5061, transport: 'tls' },
    ],
    ['sip:one.example;maddr=[2001:db8::7]', { host: '2001:db8::7', name: 'one.example', port: undefined }],
  ])('%s leads to %j', (uri, query) => {
    expect(hopQueryFor(uri)).toMatchObject({ scheme: 'sip', ...query })
  })

  it('has no other name than its host without maddr', () => {
    expect(hopQueryFor('sip:one.example')).not.toHaveProperty('name')
  })
})
