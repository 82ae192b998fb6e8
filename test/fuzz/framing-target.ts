import { StreamFramer } from '../../src/engine/transport/stream-framer.ts'
import { demand, type FuzzTarget } from './fuzz-target.ts'
import { shorterTexts, withoutParts } from './minimise.ts'
import { mutated, mutatedMessage } from './mutated-message.ts'
import type { RandomSource } from './random-source.ts'

interface StreamCase {
  /** One character for each byte. */
  readonly bytes: string
  /** Where the stream is cut into segments. */
  readonly cuts: readonly number[]
}

const limits = { maxHeaderBytes: 1_500, maxMessageBytes: 3_000 }

/** Framing of streams. Promise: the same messages however the stream is cut, and never more kept than the limits. */
export const framingTarget: FuzzTarget<StreamCase> = {
  name: 'framing',
  generate: (random) => {
    const bytes = someStream(random)
    return { bytes, cuts: someCuts(random, bytes.length) }
  },
  check: ({ bytes, cuts }) => {
    const data = Buffer.from(bytes, 'latin1')
    const whole = heard(data, [])
    const cut = heard(data, cuts)
    demand(
      whole.frames.join() === cut.frames.join(),
      `frames ${whole.frames.join()} and ${cut.frames.join()}`,
    )
    demand(whole.isPartial === cut.isPartial, 'the same is left over')
  },
  *simpler({ bytes, cuts }) {
    for (const shorter of shorterTexts(bytes)) yield { bytes: shorter, cuts }
    for (const fewer of withoutParts(cuts)) yield { bytes, cuts: fewer }
  },
}

function someStream(random: RandomSource): string {
  return random
    .list(1 + random.below(5), () => {
      if (random.oneIn(4)) return '\r\n'.repeat(1 + random.below(4))
      if (random.oneIn(12)) return '\r'
      const message = random.oneIn(3) ? mutatedMessage(random) : framed(random)
      return random.oneIn(3) ? mutated(message, random) : message
    })
    .join('')
}

function framed(random: RandomSource): string {
  const body = random.pick([
    '',
    'v=0\r\n',
    '\r\n\r\n',
    'x'.repeat(random.below(2_000)),
    'INVITE sip:a SIP/2.0\r\n\r\n',
  ])
  const name = random.pick(['Content-Length', 'l', 'CONTENT-LENGTH ', 'content-length:\r\n '])
  const colon = name.includes(':') ? '' : ':'
  return `OPTIONS sip:a SIP/2.0\r\nSubject: ${'s'.repeat(random.below(1_600))}\r\n${name}${colon} ${body.length}\r\n\r\n${body}`
}

function someCuts(random: RandomSource, length: number): number[] {
  if (random.oneIn(4)) return Array.from({ length: Math.max(0, length - 1) }, (_, n) => n + 1)
  return random.list(random.below(8), () => random.below(length + 1)).sort((a, b) => a - b)
}

function heard(data: Buffer, cuts: readonly number[]): { frames: string[]; isPartial: boolean } {
  const frames: string[] = []
  const held: (readonly [frame: Buffer, copy: Buffer])[] = []
  let isBroken = false
  const framer = new StreamFramer(
    {
      onFrame: (message) => {
        demand(!isBroken, 'nothing follows a bad frame')
        demand(message.length <= limits.maxMessageBytes, 'no message is longer than allowed')
        held.push([message, Buffer.from(message)])
        frames.push(message.toString('base64'))
      },
      onPing: () => {
        demand(!isBroken, 'nothing follows a bad frame')
        frames.push('ping')
      },
      onBadFrame: (_head, status, reason) => {
        isBroken = true
        frames.push(`${status} ${reason}`)
      },
    },
    limits,
  )
  let from = 0
  for (const to of [...cuts, data.length]) {
    // A socket may use its memory again after each segment.
    framer.push(Buffer.from(data.subarray(from, Math.max(from, to))))
    from = Math.max(from, to)
  }
  for (const [frame, copy] of held) demand(frame.equals(copy), 'a message that was handed out stays as it is')
  return { frames, isPartial: !isBroken && framer.isPartial }
}
