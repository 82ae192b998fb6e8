import { expect, test } from 'vitest'
import { exchange } from '../../../src/drivers/dns/dns-exchange.ts'
import { systemClock } from '../../../src/lib/clock.ts'

test('a name server to which no socket can be connected is a failed question, not the end of the process', async () => {
  // The kernel refuses to connect to a broadcast address as it does without a route: at once.
  const server = { address: '255.255.255.255', port: 53 }
  const question = { name: 'example.org', type: 'A' } as const
  await expect(exchange(server, question, { timeoutMs: 5_000, clock: systemClock })).rejects.toMatchObject({
    syscall: 'connect',
  })
})
