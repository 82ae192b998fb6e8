import { randomInt } from 'node:crypto'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { keep } from './found-cases.ts'
import { fuzz } from './fuzz-run.ts'
import { fuzzTargets } from './fuzz-targets.ts'

// node test/fuzz/fuzz.ts [--seconds 60] [--seed N] [--target parser|framing|frames|engine]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string' },
  },
})
const firstSeed = values.seed === undefined ? randomInt(2 ** 24) : Number(values.seed)
const targets = fuzzTargets.filter(({ name }) => values.target === undefined || name === values.target)
const end = Date.now() + Number(values.seconds) * 1_000
if (!Number.isInteger(firstSeed) || Number.isNaN(end) || targets.length === 0) {
  console.error('usage: npm run fuzz -- [--seconds 60] [--seed N] [--target parser|framing|frames|engine]')
  process.exit(2)
}

console.log(`seed ${firstSeed}`)
const { cases, finding } = await fuzz({ firstSeed, targets, mayGoOn: () => Date.now() < end })
for (const [name, count] of Object.entries(cases)) console.log(`${name}: ${count} cases`)
if (finding) {
  const file = relative(process.cwd(), keep(finding))
  console.error(`\n${finding.target} failed with seed ${finding.seed}: ${finding.fault}`)
  console.error(`\nminimised, and kept as ${file}:\n${JSON.stringify(finding.sample)}`)
  process.exitCode = 1
} else {
  console.log('nothing found')
}
