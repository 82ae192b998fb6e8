import type { Config } from '../config/schema.ts'
import type { UserEntry } from '../config/sections/users.ts'
import { type AorText, parseAor, printAor } from '../domain/aor.ts'
import { givenNumbers } from './given-numbers.ts'

/**
 * The users with the numbers that `numbering.dids` gives them, behind those of their own entries, so that they can call
 * with them too.
 */
export function usersWithDids(
  config: Pick<Config, 'users' | 'groups' | 'numbering' | 'trunks'>,
): readonly UserEntry[] {
  const given = givenNumbers(config)
  return config.users.map((user) => {
    const numbers = namesOf(user).flatMap((name) => given.get(name) ?? [])
    return { ...user, numbers: [...new Set([...user.numbers, ...numbers])] }
  })
}

function namesOf({ aor, aliases }: UserEntry): AorText[] {
  const name = parseAor(aor)
  return name ? [name, ...aliases.map((user) => ({ ...name, user }))].map(printAor) : []
}
