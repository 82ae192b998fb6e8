import { beforeEach, describe, expect, it } from 'vitest'
import { drachtioServerLimits, FrameOutbox } from '../../../src/drivers/drachtio/frame-outbox.ts'

let written: string[]
let outbox: FrameOutbox

beforeEach(() => {
  written = []
  outbox = new FrameOutbox((text, encoding) => written.push(`${encoding} ${text}`))
})

const large = 'x'.repeat(4_001)

describe('frames for the engine', () => {
  it('of one turn leave in one write, each with its length in bytes', () => {
    outbox.push('1', '1|ping')
    outbox.push('2', '2|grün')
    outbox.flush()
    outbox.push('3', '3|ping')
    outbox.flush()
    expect(written).toEqual(['utf8 6#1|ping7#2|grün', 'latin1 6#3|ping'])
  })

  it('are of any size for our own', () => {
    expect(outbox.takes('x'.repeat(1_000_000))).toBe(true)
    outbox.push('1', large)
    outbox.push('2', '2|ping')
    outbox.flush()
    expect(written).toEqual([`latin1 4001#${large}6#2|ping`])
  })

  it('are kept back behind a large one that a drachtio-server has not answered', () => {
    outbox.reset(drachtioServerLimits)
    outbox.push('1', '1|ping')
    outbox.push('2', large)
    outbox.push('3', large)
    outbox.push('4', '4|ping')
    outbox.flush()
    expect(written.splice(0)).toEqual([`latin1 6#1|ping4001#${large}`])
    outbox.answered('1')
    outbox.flush()
    expect(written.splice(0)).toEqual([])
    outbox.answered('2')
    outbox.flush()
    expect(written.splice(0)).toEqual([`latin1 4001#${large}`])
    outbox.answered('3')
    outbox.flush()
    expect(written).toEqual(['latin1 6#4|ping'])
  })

  it('that would stall a drachtio-server are not taken', () => {
    outbox.reset(drachtioServerLimits)
    expect(outbox.takes('ü'.repeat(6_000))).toBe(true)
    expect(outbox.takes('ü'.repeat(6_001))).toBe(false)
  })

  it('of a connection that is gone are forgotten', () => {
    outbox.reset(drachtioServerLimits)
    outbox.push('1', large)
    outbox.push('2', '2|ping')
    outbox.reset(drachtioServerLimits)
    outbox.answered('1')
    outbox.push('3', '3|ping')
    outbox.flush()
    expect(written).toEqual(['latin1 6#3|ping'])
  })
})
