import { z } from 'zod'
import { entryOf, keysOf } from './described-key.ts'
import { unwrap } from './known-keys.ts'
import { configSchema } from './schema.ts'

/** `docs/reference/config.md`: a table for each section, a row for each key. */
export function referencePage(): string {
  const lines = [
    '# Configuration',
    '',
    'Printed from the schema by `npm run reference`; do not edit. The file is `gateway-config/causeway.yaml` or',
    '`/etc/causeway/causeway.yaml`, or what `--config` names. Any text may hold `${file:path}` or `${env:NAME}`.',
    'An unknown key or a wrong value stops the start; `causeway check-config` tells beforehand.',
    '`list[].key` is a key of each entry in that list.',
    '',
  ]
  for (const { name, description, inner } of keysOf(configSchema)) {
    lines.push(`## ${name}`, '', description, '')
    if (inner instanceof z.ZodArray) lines.push('A list; each entry has:', '')
    lines.push('| key | type | default | meaning |', '| --- | --- | --- | --- |')
    lines.push(...rowsOf(entryOf(inner) ?? inner, ''), '')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function rowsOf(section: z.ZodType, prefix: string): string[] {
  return keysOf(section).flatMap(({ name: key, inner, description, isOptional, fallback }) => {
    const name = `${prefix}${key}`
    const isSection = inner instanceof z.ZodObject
    const preset = fallback === undefined || isSection ? '' : `\`${JSON.stringify(fallback)}\``
    const row = `| \`${name}\` | ${typeOf(inner)} | ${isOptional ? 'optional' : preset} | ${description} |`
    const entry = entryOf(inner)
    return [row, ...(entry ? rowsOf(entry, `${name}[].`) : rowsOf(inner, `${name}.`))]
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
