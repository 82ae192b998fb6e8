import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../history.jsonl', import.meta.url))
const folder = fileURLToPath(new URL('../', import.meta.url))

/** Adds one line to bench/history.jsonl: which bench, when, of what, and its figures. */
export function recordRun(bench: string, figures: object): void {
  const line = { bench, date: new Date().toISOString(), commit: commit(), node: process.version, figures }
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

/** With a `+` behind it when files differ from it. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
  const isChanged = git('status', '--porcelain', '--', ':/src', ':/package-lock.json') !== ''
  return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`
}
