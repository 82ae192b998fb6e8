import { SocketAddress } from 'node:net'

/** A HEP version 3 packet as read by the specification's table of chunks, apart from the code that prints them. */
export interface SeenByHep {
  readonly family: 'ipv4' | 'ipv6'
  readonly protocol: number
  /** `address port`. */
  readonly source: string
  readonly destination: string
  readonly atMs: number
  readonly kind: number
  readonly captureId: number
  readonly password: string | undefined
  readonly callId: string
  readonly payload: string
}

/** Throws on anything that is not as the specification has it. */
export function readHep(packet: Buffer): SeenByHep {
  if (packet.toString('latin1', 0, 4) !== 'HEP3') throw new Error('no HEP3')
  if (packet.readUInt16BE(4) !== packet.length) throw new Error('the length is wrong')
  const chunks = new Map<number, Buffer>()
  let rest = packet.subarray(6)
  while (rest.length > 0) {
    const [vendor, type, length] = [rest.readUInt16BE(0), rest.readUInt16BE(2), rest.readUInt16BE(4)]
    if (vendor !== 0 || length < 6 || length > rest.length || chunks.has(type)) throw new Error('bad chunk')
    chunks.set(type, rest.subarray(6, length))
    rest = rest.subarray(length)
  }
  const chunk = (type: number, size?: number): Buffer => {
    const value = chunks.get(type)
    if (!value || (size !== undefined && value.length !== size)) throw new Error(`chunk ${type} is wrong`)
    return value
  }
  const family = chunk(1, 1).readUInt8() === 2 ? 'ipv4' : 'ipv6'
  const [from, to] = family === 'ipv4' ? [chunk(3, 4), chunk(4, 4)] : [chunk(5, 16), chunk(6, 16)]
  return {
    family,
    protocol: chunk(2, 1).readUInt8(),
    source: `${addressOf(from)} ${chunk(7, 2).readUInt16BE()}`,
    destination: `${addressOf(to)} ${chunk(8, 2).readUInt16BE()}`,
    atMs: chunk(9, 4).readUInt32BE() * 1_000 + chunk(10, 4).readUInt32BE() / 1_000,
    kind: chunk(11, 1).readUInt8(),
    captureId: chunk(12, 4).readUInt32BE(),
    password: chunks.get(14)?.toString(),
    payload: chunk(15).toString(),
    callId: chunk(17).toString(),
  }
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(2 * n).toString(16))
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}
