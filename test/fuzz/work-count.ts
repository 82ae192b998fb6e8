type Method = (this: string, ...args: never[]) => unknown

const looking = [
  'charCodeAt',
  'codePointAt',
  'charAt',
  'startsWith',
  'endsWith',
  'slice',
  'substring',
] as const
const searching = ['indexOf', 'lastIndexOf', 'includes', 'split', 'trim', 'replace', 'replaceAll'] as const

/**
 * How many characters some work on texts looks at, counted and not timed: one for a look, for a search as far as it
 * went. Regular expressions count as one pass over their text.
 */
export function workOf(action: () => void): number {
  let work = 0
  const strings = String.prototype as unknown as Record<string, Method>
  const expressions = RegExp.prototype as unknown as Record<string, Method>
  const restore: (() => void)[] = []
  const count = (
    owner: Record<string, Method>,
    name: string,
    cost: (self: string, args: never[], result: unknown) => number,
  ) => {
    const original = owner[name] as Method
    restore.push(() => {
      owner[name] = original
    })
    owner[name] = function (this: string, ...args: never[]): unknown {
      const result = original.apply(this, args)
      work += cost(this, args, result)
      return result
    }
  }
  for (const name of looking) count(strings, name, () => 1)
  for (const name of searching) count(strings, name, searched)
  count(expressions, 'exec', (_self, [text]) => 1 + String(text).length)
  try {
    action()
  } finally {
    for (const undo of restore) undo()
  }
  return work
}

function searched(self: string, args: never[], result: unknown): number {
  const from = typeof args[1] === 'number' ? args[1] : 0
  return typeof result === 'number' && result >= 0 ? 1 + Math.abs(result - from) : 1 + self.length - from
}
