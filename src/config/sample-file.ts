import { z } from 'zod'
import { type DescribedKey, entryOf, keysOf } from './described-key.ts'
import { configSchema } from './schema.ts'

/** `causeway.sample.yaml`: every key with its default; what is not set by default is commented out. */
export function sampleFile(): string {
  const lines = [
    '# Everything that can be set, with its default. Copy to causeway.yaml and keep what you change.',
    '# Printed from the schema by `npm run reference`; do not edit.',
    '# yaml-language-server: $schema=./causeway.schema.json',
    '',
  ]
  for (const key of keysOf(configSchema)) lines.push(...keyLines(key, 0, false), '')
  return `${lines.join('\n').trimEnd()}\n`
}

function keyLines(key: DescribedKey, depth: number, commented: boolean): string[] {
  const indent = '  '.repeat(depth)
  const mark = commented ? '# ' : ''
  const lines = key.description === '' ? [] : [`${indent}# ${key.description}`]
  if (key.inner instanceof z.ZodObject) {
    const isCommented = commented || key.isOptional
    lines.push(`${indent}${isCommented ? '# ' : ''}${key.name}:`)
    for (const inner of keysOf(key.inner)) lines.push(...keyLines(inner, depth + 1, isCommented))
    return lines
  }
  const entry = entryOf(key.inner)
  if (entry) {
    const example = ['One entry:', ...entryLines(entry)].map((line) => `${indent}${mark}# ${line}`)
    return [...lines, `${indent}${mark}${key.name}: []`, ...example]
  }
  lines.push(`${indent}${key.fallback === undefined ? '# ' : mark}${key.name}: ${printedValue(key)}`)
  return lines
}

/** An entry as it is accepted: what it can do without is commented out. */
function entryLines(entry: z.ZodObject): string[] {
  const lines = keysOf(entry).flatMap(entryKeyLines)
  return lines.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
}

function entryKeyLines(key: DescribedKey): string[] {
  const { name, inner, description, isOptional, example } = key
  const remark = description === '' ? '' : `  # ${description}`
  const mark = isOptional && example === undefined ? '# ' : ''
  const lines = () => {
    if (inner instanceof z.ZodObject) {
      return [
        `${name}:${remark}`,
        ...keysOf(inner)
          .flatMap(entryKeyLines)
          .map((line) => `  ${line}`),
      ]
    }
    const entry = entryOf(inner)
    if (entry) return [`${name}: []${remark}`, ...entryLines(entry).map((line) => `# ${line}`)]
    return [`${name}: ${printedValue(key)}${remark}`]
  }
  return lines().map((line) => mark + line)
}

function printedValue({ inner, fallback, example }: DescribedKey): string {
  if (fallback !== undefined) return JSON.stringify(fallback)
  if (example !== undefined) return JSON.stringify(example)
  if (inner instanceof z.ZodNumber) return String(Math.max(0, inner.minValue ?? 0))
  if (inner instanceof z.ZodEnum) return JSON.stringify(inner.options[0])
  return inner instanceof z.ZodArray ? '["…"]' : '"…"'
}
