import { describe, expect, it } from 'vitest'
import { decodeCborMap, encodeCbor, MalformedCbor } from '../../../src/lib/cbor.ts'
import { countItems } from '../../../src/lib/cbor-items.ts'

describe('items of CBOR', () => {
  it.each([
    [{}, 1],
    [{ a: 1 }, 3],
    [{ a: [1, 24, 256, 65_536, 4_294_967_296], b: 'x'.repeat(300) }, 10],
    [{ a: new Uint8Array(70_000), b: { c: [true, -1, 1.5] } }, 10],
  ])('%# are counted by their heads', (value, items) => {
    expect(countItems(encodeCbor(value), 1_000)).toBe(items)
  })

  it('are not counted any further than is asked', () => {
    expect(countItems(Buffer.alloc(300_000, 0x80), 10_000)).toBe(10_001)
  })

  it('too many of them are not decoded at all, however deep or flat', () => {
    const flat = Buffer.concat([
      Buffer.from('a16161 9a000493e0'.replace(' ', ''), 'hex'),
      Buffer.alloc(300_000, 0x80),
    ])
    expect(() => decodeCborMap(flat)).toThrow(MalformedCbor)
    expect(() => decodeCborMap(flat)).toThrow('too many items')
    expect(() => decodeCborMap(Buffer.alloc(300_000, 0x81))).toThrow('too many items')
  })

  it('a length that promises more than there is ends the count', () => {
    expect(countItems(Buffer.from('5b0000010000000000', 'hex'), 10)).toBe(1)
    expect(countItems(Buffer.from('9bffffffffffffffff', 'hex'), 10)).toBe(1)
  })
})
