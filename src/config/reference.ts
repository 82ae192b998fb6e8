import { z } from 'zod'
import { unwrap } from './known-keys.ts'
import { configSchema } from './schema.ts'

/** The generated files of the configuration, by their path in the project. CI fails when they drift. */
export function referenceFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['gateway-config/causeway.sample.yaml', sampleYaml()],
    [
      'gateway-config/causeway.schema.json',
      `${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`,
    ],
    ['docs/reference/config.md', referencePage()],
  ])
}

interface Key {
  readonly name: string
  readonly schema: z.ZodType
  readonly inner: z.ZodType
  readonly description: string
  readonly isOptional: boolean
  readonly fallback: unknown
}

function keysOf(schema: z.ZodType): readonly Key[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, value]) => {
    const inner = unwrap(value) ?? value
    const fallback = value.safeParse(undefined)
    return {
      name,
      schema: value,
      inner,
      description: value.description ?? inner.description ?? '',
      isOptional: value instanceof z.ZodOptional,
      fallback: fallback.success ? fallback.data : undefined,
    }
  })
}

function sampleYaml(): string {
  const lines = [
    '# Everything that can be set, with its default. Copy to causeway.yaml and keep what you change.',
    '# Printed from the schema by `npm run reference`; do not edit.',
    '# yaml-language-server: $schema=./causeway.schema.json',
    '',
  ]
  for (const key of keysOf(configSchema)) {
    lines.push(...sampleKey(key, 0, false), '')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function sampleKey(key: Key, depth: number, commented: boolean): string[] {
  const indent = '  '.repeat(depth)
  const mark = commented ? '# ' : ''
  const lines = key.description === '' ? [] : [`${indent}# ${key.description}`]
  if (key.inner instanceof z.ZodObject) {
    const isCommented = commented || key.isOptional
    lines.push(`${indent}${isCommented ? '# ' : ''}${key.name}:`)
    for (const inner of keysOf(key.inner)) lines.push(...sampleKey(inner, depth + 1, isCommented))
    return lines
  }
  const element = key.inner instanceof z.ZodArray ? unwrap(key.inner.element as z.ZodType) : undefined
  if (element instanceof z.ZodObject) {
    lines.push(`${indent}${mark}${key.name}: []`, `${indent}# One entry:`)
    keysOf(element).forEach((inner, index) => {
      const value = inner.fallback === undefined ? exampleOf(inner) : JSON.stringify(inner.fallback)
      lines.push(`${indent}# ${index === 0 ? '- ' : '  '}${inner.name}: ${value}  # ${inner.description}`)
    })
    return lines
  }
  if (key.fallback === undefined) lines.push(`${indent}# ${key.name}: ${exampleOf(key)}`)
  else lines.push(`${indent}${mark}${key.name}: ${JSON.stringify(key.fallback)}`)
  return lines
}

function exampleOf({ inner }: Key): string {
  if (inner instanceof z.ZodObject) return '{…}'
  if (inner instanceof z.ZodNumber) return '0'
  return '"…"'
}

function referencePage(): string {
  const lines = [
    '# Configuration',
    '',
    'Printed from the schema by `npm run reference`; do not edit. The file is `gateway-config/causeway.yaml` or',
    '`/etc/causeway/causeway.yaml`, or what `--config` names. Any text may hold `${file:path}` or `${env:NAME}`.',
    'An unknown key or a wrong value stops the start; `causeway check-config` tells beforehand.',
    '',
  ]
  for (const key of keysOf(configSchema)) {
    lines.push(`## ${key.name}`, '', key.description, '')
    const element = key.inner instanceof z.ZodArray ? unwrap(key.inner.element as z.ZodType) : key.inner
    if (key.inner instanceof z.ZodArray) lines.push('A list; each entry has:', '')
    lines.push('| key | type | default | meaning |', '| --- | --- | --- | --- |')
    if (element) lines.push(...rowsOf(element, ''))
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function rowsOf(schema: z.ZodType, prefix: string): string[] {
  return keysOf(schema).flatMap((key) => {
    const name = `${prefix}${key.name}`
    const inner = key.inner instanceof z.ZodObject
    const fallback = key.fallback === undefined || inner ? '' : `\`${JSON.stringify(key.fallback)}\``
    const row = `| \`${name}\` | ${typeOf(key.inner)} | ${key.isOptional ? 'optional' : fallback} | ${key.description} |`
    return inner ? [row, ...rowsOf(key.inner, `${name}.`)] : [row]
  })
}

function typeOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${String(option)}\``).join(' or ')
  if (schema instanceof z.ZodArray) return `list of ${typeOf(unwrap(schema.element as z.ZodType) ?? schema)}`
  if (schema instanceof z.ZodRecord) return 'mapping'
  if (schema instanceof z.ZodObject) return 'section'
  if (schema instanceof z.ZodNumber) return 'number'
  if (schema instanceof z.ZodBoolean) return 'true or false'
  return 'text'
}
