import { writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'

/** What a run of vitest came to. A skipped test is a failed one. */
export interface Outcome {
  readonly passed: number
  /** Each with its file, its name and its reasons. A hook that failed stands before the tests that it kept from running. */
  readonly failures: readonly string[]
}

type Reason = ReturnType<TestModule['errors']>[number]

const mostLinesOfAReason = 25

/** Writes the `Outcome` as JSON to the file that `CAUSEWAY_TEST_OUTCOME` names: vitest's own has no errors of hooks. */
export default class OutcomeReporter implements Reporter {
  readonly #file: string

  constructor() {
    const file = process.env.CAUSEWAY_TEST_OUTCOME
    if (!file) throw new Error('CAUSEWAY_TEST_OUTCOME must name the file for the outcome')
    this.#file = file
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly Reason[]): void {
    let passed = 0
    const failures = unhandled.map((reason) => told('outside any test', [reason]))
    for (const module of modules) {
      for (const part of [module, ...module.children.allSuites()]) {
        if (part.errors().length > 0) failures.push(told(nameOf(part), part.errors()))
      }
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result()
        if (state === 'passed') passed += 1
        else failures.push(told(`${nameOf(test)} (${state})`, errors))
      }
    }
    const outcome: Outcome = { passed, failures }
    writeFileSync(this.#file, JSON.stringify(outcome))
  }
}

function nameOf(part: TestModule | TestSuite | TestCase): string {
  return part.type === 'module' ? part.relativeModuleId : `${part.module.relativeModuleId} > ${part.fullName}`
}

function told(what: string, reasons: readonly Reason[]): string {
  return [what, ...reasons.map(beginningOf)].join('\n')
}

/** Of a reason, with that of its cause; without colours, and without the way through vitest. */
function beginningOf({ name = 'Error', message, stack, cause }: Reason): string {
  const lines = stripVTControlCharacters(stack ?? `${name}: ${message}`)
    .split('\n')
    .filter((line) => !line.includes('/node_modules/vitest/'))
  const because = cause ? `\ncaused by ${beginningOf(cause)}` : ''
  return lines.slice(0, mostLinesOfAReason).join('\n') + because
}
