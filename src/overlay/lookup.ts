import type { Clock } from '../lib/clock.ts'
import type { PeerId } from './peer-id.ts'
import type { CheckedRecord } from './record-check.ts'

/** How long a holder may be silent before others are asked. */
export const tryMilliseconds = 300
/** How long, after the first record came, the other holders may still add theirs. */
export const settleMilliseconds = 25
const mostRounds = 3

export interface Question {
  /** Closest to the resource first. */
  readonly candidates: readonly PeerId[]
  /** How many of them should hold the record: so many are asked at once. */
  readonly copies: number
  /** Resolves to records that were checked; rejects when the peer fails. */
  ask(peer: PeerId, signal: AbortSignal): Promise<readonly CheckedRecord[]>
}

/**
 * Asks the holders all at once. Every holder has the entries of all home boxes, so the first one that knows any is
 * enough; the others get a moment to add what is newer. A silent or failing holder makes the next ones be asked.
 */
export async function lookUp(
  question: Question,
  clock: Clock,
  signal: AbortSignal,
): Promise<CheckedRecord[]> {
  const { candidates, copies } = question
  for (let round = 0; round < mostRounds; round++) {
    signal.throwIfAborted()
    const holders = candidates.slice(round * copies, (round + 1) * copies)
    if (holders.length === 0) break
    const { found, complete } = await askTogether(holders, question, clock, signal)
    if (found.length > 0 || complete) return newestPerSigner(found)
  }
  return []
}

/** Of each signer the newest entry, unless that is a tombstone. */
export function newestPerSigner(records: readonly CheckedRecord[]): CheckedRecord[] {
  const newest = new Map<PeerId, CheckedRecord>()
  for (const record of records) {
    const other = newest.get(record.signer)
    if (!other || record.storedAt > other.storedAt) newest.set(record.signer, record)
  }
  return [...newest.values()].filter(({ removed }) => !removed)
}

interface Answers {
  readonly found: readonly CheckedRecord[]
  /** Everybody answered. */
  readonly complete: boolean
}

function askTogether(
  holders: readonly PeerId[],
  question: Question,
  clock: Clock,
  signal: AbortSignal,
): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const found: CheckedRecord[] = []
    let answered = 0
    let failed = 0
    const late = new AbortController()
    let timer = clock.after(tryMilliseconds, () => finish())
    const stop = () => {
      timer.cancel()
      signal.removeEventListener('abort', abandon)
      late.abort(new Error('the look-up is over'))
    }
    const finish = () => {
      stop()
      resolve({ found, complete: answered === holders.length })
    }
    const abandon = () => {
      stop()
      reject(signal.reason)
    }
    const finishWhenAllAreIn = () => {
      if (answered + failed === holders.length) finish()
    }
    signal.addEventListener('abort', abandon, { once: true })
    for (const holder of holders)
      question.ask(holder, late.signal).then(
        (records) => {
          answered++
          if (found.length === 0 && records.length > 0) {
            timer.cancel()
            timer = clock.after(settleMilliseconds, () => finish())
          }
          found.push(...records)
          finishWhenAllAreIn()
        },
        () => {
          failed++
          finishWhenAllAreIn()
        },
      )
  })
}
