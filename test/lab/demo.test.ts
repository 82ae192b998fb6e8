import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const demo = fileURLToPath(new URL('../demo/demo.ts', import.meta.url))

interface Report {
  readonly outcomes: readonly { readonly path: string; readonly isGreen: boolean; readonly saw: string }[]
}

test('every path of the demo is green', async () => {
  const run = promisify(execFile)(process.execPath, [demo, '--json'], { timeout: 110_000 })
  // A red path ends the program with 1 and leaves its report on standard output all the same.
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  const { outcomes } = JSON.parse(stdout) as Report
  expect(outcomes).toHaveLength(11)
  expect(outcomes.filter(({ isGreen }) => !isGreen)).toEqual([])
})
