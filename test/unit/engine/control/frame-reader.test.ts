import { describe, expect, it } from 'vitest'
import { FrameError, FrameReader } from '../../../../src/engine/control/frame-reader.ts'
import { FrameWriter } from '../../../../src/engine/control/frame-writer.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

const texts = (payloads: readonly Buffer[]): string[] => payloads.map((payload) => payload.toString())

describe('reading frames', () => {
  it('finds several in one chunk', () => {
    const reader = new FrameReader(100)
    expect(texts(reader.push(Buffer.from('3#one5#three')))).toEqual(['one', 'three'])
  })

  it('waits for the rest, wherever the chunk was cut', () => {
    const stream = Buffer.from('12#Grüße|ping5#three')
    for (let cut = 1; cut < stream.length; cut++) {
      const reader = new FrameReader(100)
      const payloads = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))]
      expect(texts(payloads)).toEqual(['Grüße|ping', 'three'])
    }
  })

  it.each(['x#one', '#one', '0#', '101#', '123456789#', '-3#one', '3 #one'])('refuses %s', (text) => {
    expect(() => new FrameReader(100).push(Buffer.from(text))).toThrow(FrameError)
  })

  it('takes longer frames when the limit is lifted', () => {
    const reader = new FrameReader(3)
    reader.push(Buffer.from('3#one'))
    reader.limit = 300_000
    const payload = 'x'.repeat(250_000)
    expect(texts(reader.push(Buffer.from(`250000#${payload}`)))).toEqual([payload])
  })
})

describe('writing frames', () => {
  it('puts the frames of one turn into one write', async () => {
    const writes: Buffer[] = []
    const writer = new FrameWriter((bytes) => writes.push(bytes), new FakeClock())
    writer.frame('id|sip', Buffer.from('MSG'))
    writer.frame('ä|ping')
    expect(writes).toEqual([])
    await new Promise(setImmediate)
    expect(texts(writes)).toEqual(['11#id|sip\r\nMSG7#ä|ping'])
  })

  it('lets a patient frame travel with the next one that is not', async () => {
    const writes: Buffer[] = []
    const writer = new FrameWriter((bytes) => writes.push(bytes), new FakeClock())
    writer.patientFrame('id|OK', undefined, 5)
    await new Promise(setImmediate)
    expect(writes).toEqual([])
    writer.frame('id|sip')
    await new Promise(setImmediate)
    expect(texts(writes)).toEqual(['5#id|OK6#id|sip'])
  })

  it('sends a patient frame alone when no other comes', () => {
    const writes: Buffer[] = []
    const clock = new FakeClock()
    const writer = new FrameWriter((bytes) => writes.push(bytes), clock)
    writer.patientFrame('id|OK', undefined, 5)
    writer.patientFrame('id|too', undefined, 5)
    clock.advance(5)
    expect(texts(writes)).toEqual(['5#id|OK6#id|too'])
    writer.patientFrame('id|later', undefined, 5)
    clock.advance(5)
    expect(texts(writes)).toEqual(['5#id|OK6#id|too', '8#id|later'])
  })

  it('waits no longer than the least patient frame', () => {
    const writes: Buffer[] = []
    const clock = new FakeClock()
    const writer = new FrameWriter((bytes) => writes.push(bytes), clock)
    writer.patientFrame('id|done', undefined, 25)
    writer.patientFrame('id|OK', undefined, 5)
    writer.patientFrame('id|2', undefined, 25)
    clock.advance(5)
    expect(texts(writes)).toEqual(['7#id|done5#id|OK4#id|2'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is read back whole, however large', () => {
    const writes: Buffer[] = []
    const writer = new FrameWriter((bytes) => writes.push(bytes), new FakeClock())
    const bodies = [10, 200_000, 70_000, 300_000, 1].map((size) => Buffer.alloc(size, 'x'))
    for (const body of bodies) writer.frame('id', body)
    writer.flush()
    const reader = new FrameReader(1_000_000)
    const lengths = writes.flatMap((bytes) => reader.push(bytes)).map((payload) => payload.length)
    expect(lengths).toEqual(bodies.map((body) => body.length + 4))
  })
})
