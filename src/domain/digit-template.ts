import type { DigitPattern } from './digit-pattern.ts'

const placeholder = /\{([^{}]*)\}/g

/**
 * A text with placeholders for digits that fitted a pattern: `{1}` for the first pair of parentheses, `{all}` for all of
 * them without a leading plus sign, `{last:2}` for the last two.
 */
export function fillTemplate(template: string, digits: string, groups: readonly string[]): string {
  return template.replace(placeholder, (_, name: string) => {
    if (name === 'all') return digits.replace(/^\+/, '')
    if (name.startsWith('last:')) return digits.replace(/^\+/, '').slice(-Number(name.slice(5)))
    return groups[Number(name) - 1] ?? ''
  })
}

/** What is wrong with the placeholders of a template for that pattern; undefined when nothing is. */
export function templateProblem(
  template: string,
  { groups }: Pick<DigitPattern, 'groups'>,
): string | undefined {
  for (const [text, name = ''] of template.matchAll(placeholder)) {
    if (name === 'all' || /^last:[1-9]\d?$/.test(name)) continue
    if (!/^[1-9]$/.test(name)) return `"${text}" is none of {1}, {all} and {last:2}`
    if (Number(name) > groups) return `"${text}" needs as many pairs of parentheses in the pattern`
  }
  return /[{}]/.test(template.replace(placeholder, '')) ? 'a brace is not closed' : undefined
}
