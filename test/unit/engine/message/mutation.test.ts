import { describe, expect, it } from 'vitest'
import type { SipMessage } from '../../../../src/engine/message/message.ts'
import { parseMessage, SipParseError } from '../../../../src/engine/message/parse.ts'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { parseUri } from '../../../../src/engine/message/uri.ts'
import { brokenMessages, otherBrokenMessages } from '../../../fixtures/torture/broken-messages.ts'
import * as odd from '../../../fixtures/torture/odd-messages.ts'

const understandable = Object.values(odd).filter((value) => Buffer.isBuffer(value))
const broken = [...brokenMessages, ...otherBrokenMessages].map((entry) => entry.data)
const meaningful = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ';',
  ',',
  ':',
  '"',
  '\\',
  '<',
  '>',
  '(',
  '[',
  '%',
  '=',
  '@',
  '?',
  '\0',
  'é',
  '\xff',
]

/** mulberry32: small, and the same on every machine. */
function randomSource(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

function mutated(data: Buffer, random: (below: number) => number): Buffer {
  let result = data
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(result.length + 1)
    const piece = Buffer.from(
      meaningful[random(meaningful.length)] as string,
      random(8) === 0 ? 'latin1' : 'utf8',
    )
    const skipped = random(3) === 0 ? random(12) : random(2)
    result = Buffer.concat([
      result.subarray(0, at),
      random(4) === 0 ? Buffer.alloc(0) : piece,
      result.subarray(at + skipped),
    ])
  }
  return result
}

/** Undefined for a refusal; anything but SipParseError is a defect and comes through. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

function readEverything(message: SipMessage): void {
  attempt(() => message.contacts)
  for (const key of ['via', 'contact', 'route', 'subject']) message.values(key)
  if (message.isRequest) attempt(() => parseUri(message.uri))
}

/** A copy that prints from its parts, not from the bytes that were received. */
function changedCopy(message: SipMessage): SipMessage {
  const copy = message.clone()
  copy.set('subject', copy.get('subject') ?? '')
  return copy
}

const contentOf = (message: SipMessage): unknown => [
  message.isRequest ? [message.method, message.uri] : [message.status, message.reason],
  message.headerLines().map(({ key, value }) => [key, value]),
  message.body.toString('hex'),
]

describe('mutated messages', () => {
  it.each([1, 2, 3, 4])('are refused or understood, seed %d', (seed) => {
    const random = randomSource(seed)
    let understood = 0
    for (let i = 0; i < 1500; i++) {
      const seeds = random(4) === 0 ? broken : understandable
      const data = mutated(seeds[random(seeds.length)] as Buffer, random)
      let message: SipMessage
      try {
        message = parseMessage(data)
      } catch (error) {
        if (!(error instanceof SipParseError)) throw error
        if (error.partial) responseTo(error.partial, error.status, error.reason, { toTag: 't' }).toBuffer()
        continue
      }
      understood++
      readEverything(message)
      expect(contentOf(parseMessage(message.toBuffer()))).toEqual(contentOf(message))
      const copy = changedCopy(message)
      const again = parseMessage(copy.toBuffer())
      expect(contentOf(again)).toEqual(contentOf(copy))
      expect(changedCopy(again).toBuffer()).toEqual(copy.toBuffer())
    }
    expect(understood).toBeGreaterThan(250)
  })
})
