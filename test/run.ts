import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { installLab } from './support/install-lab.ts'

// Everything there is to test, in one command. The last line is `N passed, N failed`; a skipped test is a failed one. What
// failed stands once more before it, with its reason: much may have been printed in between.

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

const project = fileURLToPath(new URL('../', import.meta.url))
const vitest = join(project, 'node_modules/vitest/vitest.mjs')

// One after the other: what reads clocks runs when the rest is quiet.
const rounds = [['unit', 'contract', 'flow'], ['lab'], ['lab-alone'], ['container']]

const mostLinesOfAFailure = 25

const isLabReady = installLab()
let passed = 0
const failures: string[] = isLabReady ? [] : ['the lab: its Debian packages are missing']

for (const projects of rounds) {
  if (projects.some((name) => /^(lab|container)/.test(name)) && !isLabReady) continue
  count(projects, run(projects))
}
for (const failure of failures) console.log(`failed: ${failure}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length > 0 ? 1 : 0

function run(projects: readonly string[]): { report: Report | undefined; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-tests-'))
  const file = join(folder, 'report.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  try {
    const { status } = spawnSync(
      process.execPath,
      [vitest, ...args, ...projects.flatMap((name) => ['--project', name])],
      { cwd: project, stdio: 'inherit' },
    )
    return { report: readReport(file), status }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch (error) {
    console.error('vitest left no report', error)
    return undefined
  }
}

function count(projects: readonly string[], { report, status }: ReturnType<typeof run>): void {
  const before = failures.length
  const label = projects.join(', ')
  if (!report) failures.push(`${label}: no report`)
  for (const file of report?.testResults ?? []) {
    for (const { fullName, status: outcome, failureMessages = [] } of file.assertionResults) {
      if (outcome === 'passed') passed++
      else
        failures.push(
          [`${nameOf(file)} > ${fullName} (${outcome})`, ...failureMessages.map(shortened)].join('\n'),
        )
    }
    if (
      file.status === 'failed' &&
      file.assertionResults.every(({ status: outcome }) => outcome !== 'failed')
    ) {
      failures.push(`${nameOf(file)}: ${file.message}`)
    }
  }
  // An error outside any test, such as a rejection that nobody handled.
  if (status !== 0 && failures.length === before) failures.push(`${label}: vitest ended with ${status}`)
}

function nameOf({ name }: { readonly name: string }): string {
  return relative(project, name)
}

/** An error's beginning, without colours. */
function shortened(message: string): string {
  return stripVTControlCharacters(message).split('\n').slice(0, mostLinesOfAFailure).join('\n')
}
