import { isIPv4 } from 'node:net'

const headerBytes = 20
const magicCookie = 0x2112a442
const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const xorMappedAddress = 0x0020

/** Whether a datagram on a SIP port is STUN: SIP never begins with two zero bits (RFC 5389 §8, RFC 5626 §8). */
export function isStun(data: Buffer): boolean {
  return (
    data.length >= headerBytes &&
    (data[0] as number) < 2 &&
    data.readUInt32BE(4) === magicCookie &&
    data.readUInt16BE(2) === data.length - headerBytes
  )
}

/**
 * The answer to a keep-alive of RFC 5626 §4.4.2: a binding request without attributes that would have to be understood.
 * It says where the request came from. Undefined for any other STUN message: nothing else is offered here.
 */
export function stunAnswerTo(data: Buffer, address: string, port: number): Buffer | undefined {
  if (data.readUInt16BE(0) !== bindingRequest || hasUnknownAttributes(data)) return undefined
  const addressBytes = isIPv4(address) ? bytesOfV4(address) : bytesOfV6(address)
  const answer = Buffer.alloc(headerBytes + 8 + addressBytes.length)
  answer.writeUInt16BE(bindingSuccess, 0)
  answer.writeUInt16BE(answer.length - headerBytes, 2)
  // Magic cookie and transaction id: the address is masked with them too (RFC 5389 §15.2).
  data.copy(answer, 4, 4, headerBytes)
  answer.writeUInt16BE(xorMappedAddress, headerBytes)
  answer.writeUInt16BE(4 + addressBytes.length, headerBytes + 2)
  answer[headerBytes + 5] = addressBytes.length === 4 ? 1 : 2
  answer.writeUInt16BE(port ^ (magicCookie >>> 16), headerBytes + 6)
  addressBytes.forEach((byte, n) => {
    answer[headerBytes + 8 + n] = byte ^ (data[4 + n] as number)
  })
  return answer
}

/** Attributes below 0x8000 must be understood by who answers (§15); a broken list counts as one. */
function hasUnknownAttributes(data: Buffer): boolean {
  let at = headerBytes
  while (at < data.length) {
    if (at + 4 > data.length || data.readUInt16BE(at) < 0x8000) return true
    const length = data.readUInt16BE(at + 2)
    at += 4 + Math.ceil(length / 4) * 4
  }
  return at !== data.length
}

function bytesOfV4(address: string): number[] {
  return address.split('.').map(Number)
}

/** `fe80::1%eth0` too. */
function bytesOfV6(address: string): number[] {
  const [front = [], back = []] = address.replace(/%.*$/, '').split('::').map(groupsOf)
  const zeros = Array<number>(8 - front.length - back.length).fill(0)
  return [...front, ...zeros, ...back].flatMap((group) => [group >> 8, group & 0xff])
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = bytesOfV4(group)
    return [(a << 8) | b, (c << 8) | d]
  })
}
