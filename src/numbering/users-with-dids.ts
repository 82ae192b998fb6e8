import type { Config } from '../config/schema.ts'
import type { UserEntry } from '../config/sections/users.ts'
import { type AorText, parseAor, printAor } from '../domain/aor.ts'
import { numbersOf, readDidNumbers } from '../domain/did-numbers.ts'
import type { E164 } from '../domain/phone-number.ts'
import { configuredDids } from './configured-dids.ts'
import { DidTable } from './did-table.ts'

const mostOfBlock = 1_000

/**
 * The users with the numbers that `numbering.dids` gives them, behind those of their own entries, so that they can call
 * with them too. Not those of patterns, which stand for any number of digits.
 */
export function usersWithDids(
  config: Pick<Config, 'users' | 'groups' | 'numbering' | 'trunks'>,
): readonly UserEntry[] {
  const table = new DidTable(configuredDids(config))
  const given = new Map<AorText, E164[]>()
  const blocks = config.numbering.dids.flatMap(({ numbers }) => numbers.map(readDidNumbers))
  for (const number of blocks.flatMap((block) => numbersOf(block, mostOfBlock))) {
    const user = table.userOf(number)
    if (!user) continue
    const name = printAor(user)
    const numbers = given.get(name)
    if (numbers) numbers.push(number)
    else given.set(name, [number])
  }
  return config.users.map((user) => {
    const numbers = namesOf(user).flatMap((name) => given.get(name) ?? [])
    return { ...user, numbers: [...new Set([...user.numbers, ...numbers])] }
  })
}

function namesOf({ aor, aliases }: UserEntry): AorText[] {
  const name = parseAor(aor)
  return name ? [name, ...aliases.map((user) => ({ ...name, user }))].map(printAor) : []
}
