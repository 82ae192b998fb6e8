import type { CallRecord } from '../../domain/call-record.ts'
import type { FoundCalls } from '../../records/call-journal.ts'
import type { JournalEntry } from './journal-line.ts'

/** The calls as the entries leave them, oldest entry first: of each call the last word counts. */
export function replay(entries: Iterable<JournalEntry>): FoundCalls {
  const calls = new Map<string, CallRecord>()
  let lastSignOfLife: number | undefined
  for (const entry of entries) {
    lastSignOfLife = Math.max(lastSignOfLife ?? 0, entry.at)
    if (entry.kind === 'call') calls.set(entry.record.id, entry.record)
    else if (entry.kind === 'forgotten') calls.delete(entry.id)
  }
  return { calls: [...calls.values()], lastSignOfLife }
}
