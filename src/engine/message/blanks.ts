import { isBlankCode } from './character-classes.ts'

/** Without SP and HT at both ends. `String.trim` would take other spaces too, which mean something in a display name. */
export function trimBlanks(text: string): string {
  let start = 0
  while (start < text.length && isBlankCode(text.charCodeAt(start))) start++
  return trimTrailingBlanks(start === 0 ? text : text.slice(start))
}

export function trimTrailingBlanks(text: string): string {
  let end = text.length
  while (end > 0 && isBlankCode(text.charCodeAt(end - 1))) end--
  return end === text.length ? text : text.slice(0, end)
}
