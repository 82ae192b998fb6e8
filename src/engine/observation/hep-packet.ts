import { ipBytes } from './ip-bytes.ts'

/** One captured SIP message, as HEP version 3 carries it. */
export interface HepMessage {
  /** Milliseconds since the Unix epoch; a fraction counts. */
  readonly at: number
  readonly isDatagram: boolean
  readonly source: HepEnd
  readonly destination: HepEnd
  readonly captureId: number
  readonly password: string | undefined
  /** Homer shows messages with the same one together. */
  readonly callId: string
  readonly payload: Buffer
}

export interface HepEnd {
  /** Numeric. */
  readonly address: string
  readonly port: number
}

// Chunk types of the HEP3 specification, vendor 0.
const family = 0x0001
const protocol = 0x0002
const sourceIPv4 = 0x0003
const destinationIPv4 = 0x0004
const sourceIPv6 = 0x0005
const destinationIPv6 = 0x0006
const sourcePort = 0x0007
const destinationPort = 0x0008
const seconds = 0x0009
const microseconds = 0x000a
const payloadType = 0x000b
const captureAgent = 0x000c
const authenticationKey = 0x000e
const payload = 0x000f
const correlation = 0x0011

const familyIPv4 = 2
const familyIPv6 = 10
const protocolTcp = 6
const protocolUdp = 17
const sip = 1
const packetHead = 6
const chunkHead = 6

/** The largest payload of a UDP datagram over IPv4. */
const largestPacket = 65_507

/**
 * The packet, or undefined when it fits into no datagram. An address that is not numeric, or of another family than the
 * other end's, is given as the unspecified one: Homer takes no packet without.
 */
export function hepPacket(message: HepMessage): Buffer | undefined {
  const chunks = chunksOf(message)
  const length = chunks.reduce((sum, [, value]) => sum + chunkHead + value.length, packetHead)
  if (length > largestPacket) return undefined
  const packet = Buffer.allocUnsafe(length)
  packet.write('HEP3', 0, 'latin1')
  packet.writeUInt16BE(length, 4)
  let at = packetHead
  for (const [type, value] of chunks) {
    packet.writeUInt16BE(0, at)
    packet.writeUInt16BE(type, at + 2)
    packet.writeUInt16BE(chunkHead + value.length, at + 4)
    value.copy(packet, at + chunkHead)
    at += chunkHead + value.length
  }
  return packet
}

type Chunk = readonly [type: number, value: Buffer]

function chunksOf(message: HepMessage): Chunk[] {
  const wholeSeconds = Math.floor(message.at / 1_000)
  const chunks: Chunk[] = [
    ...addresses(message),
    [protocol, uint8(message.isDatagram ? protocolUdp : protocolTcp)],
    [sourcePort, uint16(message.source.port)],
    [destinationPort, uint16(message.destination.port)],
    [seconds, uint32(wholeSeconds)],
    [microseconds, uint32(Math.floor((message.at - wholeSeconds * 1_000) * 1_000))],
    [payloadType, uint8(sip)],
    [captureAgent, uint32(message.captureId)],
    [correlation, Buffer.from(message.callId, 'latin1')],
  ]
  if (message.password !== undefined) chunks.push([authenticationKey, Buffer.from(message.password)])
  chunks.push([payload, message.payload])
  return chunks
}

function addresses({ source, destination }: HepMessage): Chunk[] {
  const known = [ipBytes(source.address), ipBytes(destination.address)]
  const size = Math.max(...known.map((bytes) => bytes?.length ?? 4))
  const [from, to] = known.map((bytes) => (bytes?.length === size ? bytes : Buffer.alloc(size))) as [
    Buffer,
    Buffer,
  ]
  return size === 4
    ? [
        [family, uint8(familyIPv4)],
        [sourceIPv4, from],
        [destinationIPv4, to],
      ]
    : [
        [family, uint8(familyIPv6)],
        [sourceIPv6, from],
        [destinationIPv6, to],
      ]
}

function uint8(value: number): Buffer {
  return Buffer.from([value])
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}
