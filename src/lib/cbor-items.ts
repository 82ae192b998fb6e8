/**
 * How many data items a text in CBOR is made of, one inside another counted each, by its heads alone (RFC 8949 §3).
 * Stops counting after `most`. Says nothing about whether the text is well-formed.
 */
export function countItems(bytes: Uint8Array, most: number): number {
  let items = 0
  for (let place = 0; place < bytes.length && items <= most; items++) {
    const head = bytes[place++] ?? 0
    const major = head >> 5
    const argumentBytes = sizeOfArgument(head & 31)
    if (major === 2 || major === 3) place += argumentOf(bytes, place, argumentBytes, head & 31)
    place += argumentBytes
  }
  return items
}

function sizeOfArgument(information: number): number {
  return information >= 24 && information <= 27 ? 1 << (information - 24) : 0
}

function argumentOf(bytes: Uint8Array, place: number, size: number, information: number): number {
  if (size === 0) return information < 24 ? information : 0
  let argument = 0
  for (let index = 0; index < size; index++) argument = argument * 256 + (bytes[place + index] ?? 0)
  return argument
}
