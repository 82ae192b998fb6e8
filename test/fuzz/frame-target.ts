import { AppFrameError, readAppFrame } from '../../src/engine/control/app-frame.ts'
import { readDraft } from '../../src/engine/control/draft.ts'
import { FrameError, FrameReader } from '../../src/engine/control/frame-reader.ts'
import { SipParseError } from '../../src/engine/message/sip-parse-error.ts'
import { demand, type FuzzTarget } from './fuzz-target.ts'
import { shorterTexts, withoutParts } from './minimise.ts'
import { mutated, mutatedMessage } from './mutated-message.ts'
import type { RandomSource } from './random-source.ts'

interface FrameCase {
  /** What applications send, one character for each byte. */
  readonly bytes: string
  readonly cuts: readonly number[]
}

const limit = 4_000
const leaders = [
  'a|sip|||',
  'a|sip|t|d|sip:x',
  'a|sip',
  'a|proxy|t||||||1s|sip:x',
  'a|proxy|t|remainInDialog|fullResponse|followRedirects|simultaneous|1s|200ms|sip:x|sip:y',
  'a|authenticate|s|t,u',
  'a|route|invite',
  'a|remove_route|',
  'a|ping',
  '',
]

/** Frames of applications. Promise: the same frames however the stream is cut, and only the errors that are named. */
export const frameTarget: FuzzTarget<FrameCase> = {
  name: 'frames',
  generate: (random) => {
    const bytes = random.list(1 + random.below(4), () => someFrame(random)).join('')
    return {
      bytes,
      cuts: random.list(random.below(8), () => random.below(bytes.length + 1)).sort((a, b) => a - b),
    }
  },
  check: ({ bytes, cuts }) => {
    const data = Buffer.from(bytes, 'latin1')
    const whole = heard(data, [])
    const cut = heard(data, cuts)
    // The frames before a broken one arrive only if they came in an earlier segment.
    const { length } = whole.frames
    demand(cut.isBroken === whole.isBroken, 'the stream breaks either way, or neither')
    demand(cut.frames.slice(0, length).join() === whole.frames.join(), 'the same frames')
    demand(whole.isBroken || cut.frames.length === length, 'no more frames')
  },
  *simpler({ bytes, cuts }) {
    for (const shorter of shorterTexts(bytes)) yield { bytes: shorter, cuts }
    for (const fewer of withoutParts(cuts)) yield { bytes, cuts: fewer }
  },
}

function someFrame(random: RandomSource): string {
  const text = random.oneIn(3) ? '' : `\r\n${mutatedMessage(random)}`
  let payload = `${random.pick(leaders)}${text}`
  if (random.oneIn(3)) payload = mutated(payload, random)
  const frame = `${payload.length}#${payload}`
  return random.oneIn(8) ? mutated(frame, random) : frame
}

function heard(data: Buffer, cuts: readonly number[]): { frames: string[]; isBroken: boolean } {
  const reader = new FrameReader(limit)
  const frames: string[] = []
  let from = 0
  try {
    for (const to of [...cuts, data.length]) {
      for (const payload of reader.push(Buffer.from(data.subarray(from, Math.max(from, to))))) {
        demand(payload.length <= limit, 'no frame is longer than allowed')
        read(payload)
        frames.push(payload.toString('base64'))
      }
      from = Math.max(from, to)
    }
    return { frames, isBroken: false }
  } catch (error) {
    if (error instanceof FrameError) return { frames, isBroken: true }
    throw error
  }
}

function read(payload: Buffer): void {
  try {
    const frame = readAppFrame(payload)
    if ('text' in frame) readDraft(frame.text)
  } catch (error) {
    if (!(error instanceof AppFrameError || error instanceof SipParseError)) throw error
  }
}
