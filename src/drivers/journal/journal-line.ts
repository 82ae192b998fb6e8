import { crc32 } from 'node:zlib'
import type { CallRecord } from '../../domain/call-record.ts'

/** What one line of the journal says, and when (milliseconds since the Unix epoch). */
export type JournalEntry =
  | { readonly kind: 'call'; readonly at: number; readonly record: CallRecord }
  | { readonly kind: 'forgotten'; readonly at: number; readonly id: string }
  | { readonly kind: 'alive'; readonly at: number }

const letters = { call: 'c', forgotten: 'f', alive: 'a' } as const
// A text may hold U+2028, which ends a line for regular expressions only.
const shape = /^([0-9a-f]{8}) (([cfa]) (\d+) (.*))$/s

/** `<crc32 in hex> <letter> <time> <content>`, and a line end. */
export function printJournalLine(entry: JournalEntry): string {
  const text = `${letters[entry.kind]} ${entry.at} ${contentOf(entry)}`
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

/** Undefined for a line that was torn or damaged. Without line end. */
export function readJournalLine(line: string): JournalEntry | undefined {
  const [, sum = '', text = '', letter, time, content = ''] = shape.exec(line) ?? []
  if (letter === undefined || crc32(text) !== Number.parseInt(sum, 16)) return undefined
  const at = Number(time)
  if (letter === letters.alive) return { kind: 'alive', at }
  if (letter === letters.forgotten) return { kind: 'forgotten', at, id: content }
  return { kind: 'call', at, record: JSON.parse(content) as CallRecord }
}

function contentOf(entry: JournalEntry): string {
  if (entry.kind === 'call') return JSON.stringify(entry.record)
  return entry.kind === 'forgotten' ? entry.id : ''
}
