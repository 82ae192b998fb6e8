import { describe, expect, it } from 'vitest'
import { opcode, printFrame, readFrameHeader } from '../../../../src/engine/transport/websocket-frame.ts'
import { WebSocketFramer } from '../../../../src/engine/transport/websocket-framer.ts'

const key = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

/** A frame as a client sends it. */
function masked(first: number, payload: Buffer | string): Buffer {
  const data = Buffer.from(payload)
  const frame = printFrame(0, data)
  const length = frame.subarray(1, frame.length - data.length)
  length[0] = (length[0] ?? 0) | 0x80
  const body = data.map((byte, n) => byte ^ (key[n & 3] ?? 0))
  return Buffer.concat([Buffer.from([first]), length, key, body])
}

const text = (payload: Buffer | string) => masked(0x80 | opcode.text, payload)

function framer(maxMessageBytes = 100_000) {
  const events: string[] = []
  const codec = new WebSocketFramer(
    {
      onFrame: (message) => events.push(`message ${message.toString()}`),
      onPing: (answer) => events.push(`keep-alive ${answer.toString('latin1')}`),
      onControl: (answer) => events.push(`control ${answer.toString('hex')}`),
      onBadFrame: () => events.push('bad'),
      onEnd: (goodbye, reason) => events.push(`end ${goodbye.readUInt16BE(2)} ${reason}`),
    },
    { maxMessageBytes },
  )
  return { codec, events }
}

describe('a WebSocket that carries SIP', () => {
  it('reads the frame of RFC 6455 §5.7', () => {
    const { codec, events } = framer()
    codec.push(Buffer.from('818537fa213d7f9f4d5158', 'hex'))
    expect(events).toEqual(['message Hello'])
  })

  it.each([5, 125, 126, 0xffff, 0x1_0000])('reads what it prints, %i bytes', (length) => {
    const frame = framer().codec.wrap(Buffer.alloc(length, 'x'))
    const header = readFrameHeader(frame)
    expect(header).toMatchObject({
      isFinal: true,
      opcode: opcode.text,
      payloadBytes: length,
      mask: undefined,
    })
    expect(frame.length).toBe((header?.headerBytes ?? 0) + length)
  })

  it('gives the same messages however the bytes are cut', () => {
    const large = 'y'.repeat(300)
    const wire = Buffer.concat([
      text('first'),
      masked(opcode.text, 'sec'),
      masked(0x80 | opcode.ping, 'hey'),
      masked(opcode.continuation, 'on'),
      masked(0x80 | opcode.continuation, 'd'),
      masked(0x80 | opcode.binary, large),
    ])
    const expected = ['message first', 'control 8a03686579', 'message second', `message ${large}`]
    for (let size = 1; size <= wire.length; size++) {
      const { codec, events } = framer()
      for (let at = 0; at < wire.length; at += size) codec.push(wire.subarray(at, at + size))
      expect(events).toEqual(expected)
      expect(codec.isPartial).toBe(false)
    }
  })

  it('sends text, and binary what is no text', () => {
    const { codec } = framer()
    expect(codec.wrap(Buffer.from('für'))[0]).toBe(0x81)
    expect(codec.wrap(Buffer.from([0xff, 0xfe]))[0]).toBe(0x82)
  })

  it('answers the keep-alives of both kinds', () => {
    const { codec, events } = framer()
    codec.push(Buffer.concat([text('\r\n\r\n'), masked(0x80 | opcode.ping, 'ping'), text('\r\n')]))
    expect(events).toEqual(['keep-alive \x81\x02\r\n', 'control 8a0470696e67', 'keep-alive '])
  })

  it('is partial within a frame and between fragments', () => {
    const { codec } = framer()
    codec.push(text('hello').subarray(0, 4))
    expect(codec.isPartial).toBe(true)
    codec.push(text('hello').subarray(4))
    expect(codec.isPartial).toBe(false)
    codec.push(masked(opcode.text, 'he'))
    expect(codec.isPartial).toBe(true)
  })

  it.each([
    [
      'a frame without a mask',
      printFrame(opcode.text, Buffer.from('hello')),
      'end 1002 frame without a mask',
    ],
    ['reserved bits', masked(0xc1, 'hello'), 'end 1002 no extension was agreed upon'],
    ['an unknown kind', masked(0x83, 'hello'), 'end 1002 unknown kind of frame'],
    ['a lone fragment', masked(0x80, 'hello'), 'end 1002 fragment out of order'],
    ['a fragmented ping', masked(0x09, 'hello'), 'end 1002 bad control frame'],
    ['a large ping', masked(0x89, 'x'.repeat(126)), 'end 1002 bad control frame'],
    [
      'text that is no UTF-8',
      text(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])),
      'end 1007 text that is no UTF-8',
    ],
    ['a close', masked(0x88, Buffer.from([3, 0xe8])), 'end 1000 closed by the far end'],
  ])('ends on %s, and nothing follows', (_, wire, event) => {
    const { codec, events } = framer()
    codec.push(Buffer.concat([wire, text('more')]))
    codec.push(text('and more'))
    expect(events).toEqual([event])
  })

  it('ends on what is too large before it has come, whole or in pieces', () => {
    const whole = framer(1_000)
    whole.codec.push(text('x'.repeat(1_001)).subarray(0, 8))
    expect(whole.events).toEqual(['end 1009 message too large'])
    const pieces = framer(1_000)
    pieces.codec.push(masked(opcode.text, 'x'.repeat(600)))
    pieces.codec.push(masked(opcode.continuation, 'x'.repeat(600)))
    expect(pieces.events).toEqual(['end 1009 message too large'])
    const crumbs = framer(1_000)
    crumbs.codec.push(masked(opcode.text, 'x'))
    for (let n = 0; n < 300; n++) crumbs.codec.push(masked(opcode.continuation, 'x'))
    expect(crumbs.events).toEqual(['end 1009 message too large'])
  })
})
