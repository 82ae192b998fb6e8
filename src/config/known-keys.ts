import { z } from 'zod'

/** The keys that the schema knows at a path, for "did you mean"; empty when the path leads nowhere. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current: z.ZodType | undefined = unwrap(schema)
  for (const step of path) current = current && unwrap(child(current, step))
  return current instanceof z.ZodObject ? Object.keys(current.shape) : []
}

/** The operator's description of the key at a path, if the schema has one. */
export function describeKey(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  let current: z.ZodType | undefined = schema
  let description: string | undefined
  for (const step of path) {
    current = child(unwrap(current) ?? schema, step)
    if (!current) return undefined
    description = current.description ?? unwrap(current)?.description ?? description
  }
  return description
}

/** The schema without its defaults and optionality. */
export function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let current = schema
  while (
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodOptional ||
    current instanceof z.ZodNullable
  )
    current = current.unwrap() as z.ZodType
  return current
}

function child(schema: z.ZodType, step: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)] as z.ZodType | undefined
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType
  return undefined
}
