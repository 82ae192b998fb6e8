import type { LadderMessage } from '../box-view.ts'

/** One arrow of the ladder, from one column to another. */
export interface Rung {
  readonly from: number
  readonly to: number
  /** Milliseconds since the first message. */
  readonly atMs: number
  readonly label: string
  /** Whether the same message has passed here before. */
  readonly isRepeat: boolean
  readonly message: LadderMessage
}

export interface Ladder {
  /** Far ends as `address:port`, the box among them. */
  readonly columns: readonly string[]
  readonly rungs: readonly Rung[]
}

const boxName = 'this box'

/** The caller stands left of the box, everybody else right of it in the order of appearance. */
export function ladderOf(messages: readonly LadderMessage[]): Ladder {
  const ends = [...new Set(messages.map(({ remote }) => remote))]
  const columns = [...ends.slice(0, 1), boxName, ...ends.slice(1)]
  const box = columns.indexOf(boxName)
  const seen = new Set<string>()
  const rungs = messages.map((message) => {
    const far = columns.indexOf(message.remote)
    const [from, to] = message.direction === 'in' ? [far, box] : [box, far]
    const key = `${message.direction} ${message.remote} ${message.text}`
    const isRepeat = seen.has(key)
    seen.add(key)
    return { from, to, atMs: message.at - (messages[0]?.at ?? 0), label: labelOf(message), isRepeat, message }
  })
  return { columns, rungs }
}

/** The method with its Request-URI, or the status with its reason; and whether SDP comes along. */
function labelOf({ text }: LadderMessage): string {
  const startLine = text.slice(0, text.search(/\r?\n|$/))
  const label = startLine.replace(/^SIP\/2\.0 | SIP\/2\.0$/, '')
  return /^v=0\r?$/m.test(text) ? `${label} (SDP)` : label
}
