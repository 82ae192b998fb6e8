import { noDoubt } from './doubt.ts'
import type { PbxHealth } from './pbx-health.ts'
import type { PbxLock } from './pbx-lock.ts'

/** What a box remembers of a PBX over a restart. */
export interface SavedHealth {
  readonly savedAt: number
  /** Since when it is taken for what it is taken for. */
  readonly since: number
  readonly health: PbxHealth
  readonly why: string
  readonly lock: PbxLock | undefined
}

const version = 1

export function printSavedHealth(saved: SavedHealth): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...saved }))
}

/** Throws on anything that `printSavedHealth` has not written. */
export function readSavedHealth(bytes: Uint8Array): SavedHealth {
  const fields = record(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  if (fields.version !== version) throw new Error(`not a saved health of version ${version}`)
  return {
    savedAt: number(fields.savedAt),
    since: number(fields.since),
    why: text(fields.why),
    health: readHealth(record(fields.health)),
    lock: fields.lock === undefined ? undefined : readLock(record(fields.lock)),
  }
}

function readHealth(fields: Fields): PbxHealth {
  const name = oneOf(['normal', 'suspect', 'survival', 'returning'], fields.name)
  const since = number(fields.since)
  const { endedAt, relapses } = record(fields.past)
  const past = {
    endedAt: endedAt === undefined ? undefined : number(endedAt),
    relapses: number(relapses),
  }
  if (name === 'normal') return { name, since, past }
  // What spoke against it then says nothing now.
  if (name === 'suspect') return { name, since, past, doubt: noDoubt }
  const outage = readOutage(record(fields.outage))
  if (name === 'survival') return { name, since, past, outage, askAfter: 0 }
  return { name, since, past, outage, answered: 0, trial: undefined }
}

function readOutage({ startedAt, detectedAt, cause, mustWork, holdMs }: Fields) {
  return {
    startedAt: number(startedAt),
    detectedAt: number(detectedAt),
    cause: oneOf(['refused', 'silent', 'overloaded', 'network', 'dns', 'switched'], cause),
    mustWork: oneOf(['options', 'invite'], mustWork),
    holdMs: number(holdMs),
  }
}

function readLock({ to, since, until, by }: Fields): PbxLock {
  return {
    to: oneOf(['survival', 'normal'], to),
    since: number(since),
    until: number(until),
    by: text(by),
  }
}

type Fields = Readonly<Record<string, unknown>>

function record(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error('no record where one was expected')
  return value as Fields
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Error('no number where one was expected')
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('no text where one was expected')
  return value
}

function oneOf<const Word extends string>(words: readonly Word[], value: unknown): Word {
  const found = words.find((word) => word === value)
  if (found === undefined) throw new Error(`none of ${words.join(', ')}`)
  return found
}
