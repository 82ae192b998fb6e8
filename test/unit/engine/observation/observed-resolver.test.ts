import { expect, it } from 'vitest'
import { ObservedResolver } from '../../../../src/engine/observation/observed-resolver.ts'
import type { Hop } from '../../../../src/engine/transport/hop.ts'

it('tells look-ups that were answered at once from those that waited, and those that failed', async () => {
  const hop: Hop = { transport: 'udp', address: '192.0.2.1', port: 5060, host: 'a' }
  const resolver = new ObservedResolver({
    resolve: ({ host }) => {
      if (host === 'known') return [hop]
      return host === 'slow' ? Promise.resolve([hop]) : Promise.reject(new Error('not found'))
    },
  })
  const ask = (host: string) =>
    resolver.resolve(
      { scheme: 'sip', host, port: undefined, transport: undefined },
      AbortSignal.timeout(1_000),
    )
  expect(ask('known')).toEqual([hop])
  expect(await ask('slow')).toEqual([hop])
  await expect(ask('nowhere')).rejects.toThrow('not found')
  expect(resolver.figures).toMatchObject({ immediate: 1, waited: 1, failed: 1 })
  expect(resolver.figures.waits.counts.reduce((sum, count) => sum + count)).toBe(2)
})
