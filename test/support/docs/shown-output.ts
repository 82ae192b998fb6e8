/**
 * What a page shows and the command did not print: each line shown must come, in this order. Blanks may be more or
 * fewer, numbers others, and `…` stands for anything. Throws when a line has nothing besides them to look for.
 */
export function missingFrom(printed: string, shown: readonly string[]): string | undefined {
  const lines = printed.split('\n')
  let next = 0
  for (const expected of shown) {
    if (expected.includes('…') && !/\p{L}/u.test(expected))
      throw new Error(`"${expected}" proves nothing: beside "…" it has no word`)
    const pattern = patternOf(expected)
    const found = lines.findIndex((line, index) => index >= next && pattern.test(line))
    if (found < 0) return expected
    next = found + 1
  }
  return undefined
}

function patternOf(shown: string): RegExp {
  const source = shown
    .trim()
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/\s+/g, '\\s+')
    .replace(/\d+/g, '\\d+(\\.\\d+)?')
    .replaceAll('…', '.*')
  return new RegExp(source)
}
