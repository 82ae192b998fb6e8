import { randomFillSync } from 'node:crypto'

// Branches and tags are compared without regard to case, so one case only: 5 bits a character.
const alphabet = Buffer.from('abcdefghijklmnopqrstuvwxyz234567')
const bytes = Buffer.alloc(6144)
const partLength = 12
let pool = ''
let position = 0

/** Twelve characters, 60 random bits. Short enough for V8 to copy, so that no identifier keeps the pool alive. */
function randomPart(): string {
  if (position === pool.length) refill()
  position += partLength
  return pool.slice(position - partLength, position)
}

function refill(): void {
  randomFillSync(bytes)
  for (let i = 0; i < bytes.length; i++) bytes[i] = alphabet[(bytes[i] as number) & 31] as number
  pool = bytes.toString('latin1')
  position = 0
}

/** RFC 3261 §8.1.1.7: a branch that is unique in space and time starts with the magic cookie. */
export const newBranch = (): string => `z9hG4bK${randomPart()}`

/** RFC 3261 §19.3. */
export const newTag = (): string => randomPart()

/** RFC 3261 §8.1.1.4: unguessable, no host part. */
export const newCallId = (): string => randomPart() + randomPart()
