import { randomInt } from 'node:crypto'

// Without i, l, o, 0 and 1: it is read from a screen and typed by hand.
const letters = '23456789abcdefghjkmnpqrstuvwxyz'
const groups = 5
const groupLength = 4

/** A random password of 99 bits for a person to type: five groups of four letters or digits, `k7qm-3xwd-…`. */
export function typablePassword(): string {
  const group = () => Array.from({ length: groupLength }, () => letters[randomInt(letters.length)]).join('')
  return Array.from({ length: groups }, group).join('-')
}
