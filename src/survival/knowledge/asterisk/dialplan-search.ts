import type { DialplanContext, DialplanStep } from './dialplan.ts'

type Dialplan = ReadonlyMap<string, DialplanContext>

/** The context and all that it includes, in the order in which Asterisk searches. */
export function searchedContexts(dialplan: Dialplan, name: string): readonly string[] {
  const found = new Set<string>()
  const waiting = [name]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const context = dialplan.get(next)
    if (!context || found.has(next)) continue
    found.add(next)
    waiting.unshift(...context.includes)
  }
  return [...found]
}

/** The steps of an extension: as written, else by the first pattern that fits. */
export function findExtension(
  dialplan: Dialplan,
  context: string,
  extension: string,
): readonly DialplanStep[] | undefined {
  for (const name of searchedContexts(dialplan, context)) {
    const extensions = dialplan.get(name)?.extensions
    const written = extensions?.get(extension)
    if (written) return written
    for (const [pattern, steps] of extensions ?? [])
      if (pattern.startsWith('_') && expressionOf(pattern).test(extension)) return steps
  }
  return undefined
}

const sets: Readonly<Record<string, string>> = { X: '[0-9]', Z: '[1-9]', N: '[2-9]', '.': '.+', '!': '.*' }

/** `_2[0-4]X.` as a regular expression; one that fits nothing for what is no pattern. */
function expressionOf(pattern: string): RegExp {
  const body = pattern
    .slice(1)
    .replace(/\[[^\]]*\]|./g, (token) =>
      token.length > 1
        ? `[${rangeOf(token.slice(1, -1))}]`
        : (sets[token.toUpperCase()] ?? token.replace(/\W/g, '\\$&')),
    )
  return new RegExp(`^${body}$`)
}

/** All characters of `0-46+`; a range that runs backwards has none. */
function rangeOf(text: string): string {
  const spelled = text.replace(/(\d)-(\d)/g, (_, first: string, last: string) =>
    '0123456789'.slice(Number(first), Number(last) + 1),
  )
  return spelled.replace(/[^\d*#+a-zA-Z]/g, '')
}
