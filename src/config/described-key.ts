import { z } from 'zod'
import { unwrap } from './known-keys.ts'

/** A key of the configuration, with what an operator may want to know of it. */
export interface DescribedKey {
  readonly name: string
  /** Without its default and its optionality. */
  readonly inner: z.ZodType
  readonly description: string
  readonly isOptional: boolean
  readonly fallback: unknown
  /** A value that is accepted; only for keys that need one to be understood. */
  readonly example: unknown
}

/** The keys of a section in their order; none when it is no section. */
export function keysOf(schema: z.ZodType): readonly DescribedKey[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, value]) => {
    const inner = unwrap(value) ?? value
    const fallback = value.safeParse(undefined)
    return {
      name,
      inner,
      description: value.description ?? inner.description ?? '',
      isOptional: value instanceof z.ZodOptional,
      fallback: fallback.success ? fallback.data : undefined,
      example: exampleIn(value) ?? exampleIn(inner),
    }
  })
}

/** What each entry of a list is, when that is a section of its own. */
export function entryOf(list: z.ZodType): z.ZodObject | undefined {
  const entry = list instanceof z.ZodArray ? unwrap(list.element as z.ZodType) : undefined
  return entry instanceof z.ZodObject ? entry : undefined
}

function exampleIn(schema: z.ZodType): unknown {
  const { examples } = schema.meta() ?? {}
  return Array.isArray(examples) ? examples[0] : undefined
}
