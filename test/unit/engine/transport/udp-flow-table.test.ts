import { describe, expect, it } from 'vitest'
import { UdpFlow } from '../../../../src/engine/transport/udp-flow.ts'
import { UdpFlowTable } from '../../../../src/engine/transport/udp-flow-table.ts'

const socket = {
  point: {
    transport: 'udp',
    address: '192.0.2.1',
    port: 5060,
    advertisedHost: '192.0.2.1',
    advertisedPort: 5060,
  },
  isShared: false,
  sendTo: () => undefined,
  receive: () => undefined,
  onSendFailed: () => undefined,
  flowTo: () => {
    throw new Error('not needed here')
  },
} as const

describe('the table of UDP peers', () => {
  it('forgets the oldest beyond its limit, and finds all others', () => {
    const table = new UdpFlowTable(1_000)
    for (let n = 0; n < 3_000; n++) table.add(new UdpFlow(socket, `10.0.0.${n % 7}`, 1_024 + n))
    expect(table.size).toBe(1_000)
    const found = Array.from({ length: 3_000 }, (_, n) => table.find(`10.0.0.${n % 7}`, 1_024 + n)).filter(
      Boolean,
    )
    expect(found).toHaveLength(1_000)
  })

  it('tells ports of one address apart', () => {
    const table = new UdpFlowTable(10)
    const [one, two] = [new UdpFlow(socket, '10.0.0.1', 1), new UdpFlow(socket, '10.0.0.1', 2)]
    table.add(one)
    table.add(two)
    expect(table.find('10.0.0.1', 1)).toBe(one)
    expect(table.find('10.0.0.1', 2)).toBe(two)
    expect(table.find('10.0.0.2', 1)).toBeUndefined()
  })
})
