import { packetsFor } from './channel.ts'

// What drivers/libp2p and the kernel put around a message: frame (8), yamux (12), Noise length and tag (2 + 16), and per
// packet IPv4 and TCP with time stamps (20 + 32).
const aroundMessage = 8 + 12 + 18
const aroundPacket = 52

/** A connection's beginning, each way: multistream-select, Noise XX and libp2p's identify. About. */
export const handshakeBytes = 1_500

/** A message of so many bytes, as it leaves the machine. */
export function bytesOnWire(message: number): number {
  const payload = message + aroundMessage
  return payload + packetsFor(payload) * aroundPacket
}

/** A packet without payload: an acknowledgement, the end of a connection. */
export const emptyPacketBytes = aroundPacket
