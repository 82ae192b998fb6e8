import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { metricsPage } from '../admin/metrics-page.ts'
import { referenceFiles } from '../config/reference.ts'
import type { Command } from './command.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

export const printReferenceCommand: Command = {
  name: 'print-reference',
  summary: 'print the sample config; --write or --check the generated files',
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: { write: { type: 'boolean' }, check: { type: 'boolean' } },
    })
    const files = new Map([...referenceFiles(), ['docs/reference/metrics.md', metricsPage()]])
    if (values.write) {
      for (const [path, text] of files) {
        mkdirSync(dirname(join(project, path)), { recursive: true })
        writeFileSync(join(project, path), text)
      }
      return 0
    }
    if (values.check) return checkForDrift(files)
    console.log(files.get('gateway-config/causeway.sample.yaml'))
    return 0
  },
}

function checkForDrift(files: ReadonlyMap<string, string>): number {
  const drifted = [...files].filter(([path, text]) => readIfThere(join(project, path)) !== text)
  for (const [path] of drifted)
    console.error(`${path} differs from the schema: run "npm run reference" and commit it`)
  return drifted.length === 0 ? 0 : 1
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
