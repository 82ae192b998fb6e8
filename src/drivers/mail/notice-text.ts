import type { Notice } from '../../domain/notice.ts'

/** A notice as the text of a mail: the sentence, when and where, and the facts one a line. */
export function noticeText({ summary, at, facts }: Notice, box: string): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${printValue(value)}`)
  return [summary, '', `box: ${box}`, `at: ${new Date(at).toISOString()}`, ...lines, ''].join('\n')
}

function printValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
