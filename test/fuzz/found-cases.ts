import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Finding } from './fuzz-run.ts'

const folder = fileURLToPath(new URL('../fixtures/fuzz/', import.meta.url))

/** A case that once failed. It is replayed for ever. */
export interface FoundCase {
  readonly target: string
  /** What was wrong. */
  readonly fault: string
  readonly sample: unknown
}

/** Keeps the case for good; returns the file. */
export function keep({ target, fault, sample }: Finding): string {
  const found: FoundCase = { target, fault: fault.split('\n')[0] ?? '', sample }
  const digest = createHash('sha256').update(JSON.stringify(sample)).digest('hex').slice(0, 10)
  mkdirSync(folder, { recursive: true })
  const file = `${folder}${target}-${digest}.json`
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`)
  return file
}

export function foundCases(): readonly (FoundCase & { readonly file: string })[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, ...(JSON.parse(readFileSync(folder + file, 'utf8')) as FoundCase) }))
}
