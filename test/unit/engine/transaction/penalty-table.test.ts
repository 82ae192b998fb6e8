import { expect, it } from 'vitest'
import { PenaltyTable } from '../../../../src/engine/transaction/penalty-table.ts'
import type { Hop } from '../../../../src/engine/transport/hop.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

const hop = (port: number, transport: Hop['transport'] = 'udp', host = 'a.example'): Hop => ({
  transport,
  address: '192.0.2.1',
  port,
  host,
})

it('puts hops with a penalty behind the others, each part in its order, until the penalty ends', () => {
  const clock = new FakeClock()
  const table = new PenaltyTable(clock, 10)
  const hops = [hop(1), hop(2), hop(3), hop(4)]
  table.add(hop(1), 1_000)
  table.add(hop(3), 2_000)
  expect(table.inOrder(hops).map(({ port }) => port)).toEqual([2, 4, 1, 3])
  clock.advance(1_000)
  expect(table.inOrder(hops).map(({ port }) => port)).toEqual([1, 2, 4, 3])
  expect(table.entries).toEqual([{ transport: 'udp', address: '192.0.2.1', port: 3, until: 2_000 }])
  clock.advance(1_000)
  expect(table.inOrder(hops)).toEqual(hops)
})

it('keeps the latest within its limit', () => {
  const table = new PenaltyTable(new FakeClock(), 2)
  for (const port of [1, 2, 1, 3]) table.add(hop(port), 1_000)
  expect(table.entries.map(({ port }) => port)).toEqual([1, 3])
})

it('does not blame one domain for the certificate of another', () => {
  const table = new PenaltyTable(new FakeClock(), 10)
  table.add(hop(5061, 'tls', 'a.example'), 1_000)
  expect(table.isDue(hop(5061, 'tls', 'b.example'))).toBe(false)
  expect(table.isDue(hop(5061, 'tls', 'A.example'))).toBe(true)
})
