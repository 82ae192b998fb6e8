import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installLab } from './support/install-lab.ts'
import type { Outcome } from './support/outcome-reporter.ts'

// Everything there is to test, in one command. The last line is `N passed, N failed`; a skipped test is a failed one. What
// failed stands once more before it, with its reason: much may have been printed in between.

const project = fileURLToPath(new URL('../', import.meta.url))
const vitest = join(project, 'node_modules/vitest/vitest.mjs')
const reporter = join(project, 'test/support/outcome-reporter.ts')

// One after the other: what reads clocks runs when the rest is quiet.
const rounds = [['unit', 'contract', 'flow'], ['lab'], ['lab-alone'], ['container']]

const isLabReady = installLab()
let passed = 0
const failures: string[] = isLabReady ? [] : ['the lab: its Debian packages are missing']

for (const projects of rounds) {
  if (projects.some((name) => /^(lab|container)/.test(name)) && !isLabReady) continue
  const outcome = run(projects)
  passed += outcome.passed
  failures.push(...outcome.failures)
}
for (const failure of failures) console.log(`failed: ${failure}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length > 0 ? 1 : 0

function run(projects: readonly string[]): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-tests-'))
  const file = join(folder, 'outcome.json')
  const names = projects.flatMap((name) => ['--project', name])
  try {
    const { status } = spawnSync(
      process.execPath,
      [vitest, 'run', '--reporter=default', `--reporter=${reporter}`, ...names],
      { cwd: project, stdio: 'inherit', env: { ...process.env, CAUSEWAY_TEST_OUTCOME: file } },
    )
    const outcome = readOutcome(file)
    const hasFailed = !outcome || (status !== 0 && outcome.failures.length === 0)
    if (!hasFailed) return outcome
    return { passed: outcome?.passed ?? 0, failures: [`${projects.join(', ')}: vitest ended with ${status}`] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readOutcome(file: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Outcome
  } catch (error) {
    console.error('vitest left no outcome', error)
    return undefined
  }
}
