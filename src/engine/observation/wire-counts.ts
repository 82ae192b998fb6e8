import type { TransportName } from '../transport/hop.ts'
import { type KindName, kindNames } from './message-kind.ts'

/** Messages on the wire, retransmissions among them, since the start. */
export interface WireFigures {
  readonly direction: 'in' | 'out'
  readonly transport: TransportName
  readonly bytes: number
  /** Only kinds that were seen. */
  readonly messages: Partial<Record<KindName, number>>
}

const transports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
const bytesAt = kindNames.length

/** Counts by direction, transport and kind: per message two additions. */
export class WireCounts {
  readonly #received = newRows()
  readonly #sent = newRows()

  countReceived(transport: TransportName, kind: number, bytes: number): void {
    count(this.#received[transport], kind, bytes)
  }

  countSent(transport: TransportName, kind: number, bytes: number): void {
    count(this.#sent[transport], kind, bytes)
  }

  /** A copy; transports that carried nothing are left out. */
  get figures(): readonly WireFigures[] {
    return transports.flatMap((transport) => [
      ...figuresOf('in', transport, this.#received[transport]),
      ...figuresOf('out', transport, this.#sent[transport]),
    ])
  }
}

type Row = Float64Array

function newRows(): Record<TransportName, Row> {
  const row = (): Row => new Float64Array(bytesAt + 1)
  return { udp: row(), tcp: row(), tls: row(), ws: row(), wss: row() }
}

function count(row: Row, kind: number, bytes: number): void {
  row[kind] = (row[kind] ?? 0) + 1
  row[bytesAt] = (row[bytesAt] ?? 0) + bytes
}

function figuresOf(direction: 'in' | 'out', transport: TransportName, row: Row): WireFigures[] {
  const bytes = row[bytesAt] ?? 0
  if (bytes === 0) return []
  const messages: Partial<Record<KindName, number>> = {}
  kindNames.forEach((name, kind) => {
    const seen = row[kind] ?? 0
    if (seen > 0) messages[name] = seen
  })
  return [{ direction, transport, bytes, messages }]
}
