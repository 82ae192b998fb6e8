import type { Config } from '../config/schema.ts'
import { type AorText, printAor } from '../domain/aor.ts'
import { numbersOf, readDidNumbers } from '../domain/did-numbers.ts'
import type { E164 } from '../domain/phone-number.ts'
import { configuredDids } from './configured-dids.ts'
import { DidTable } from './did-table.ts'

const mostOfBlock = 1_000

/** The numbers that `numbering.dids` gives to each user. Not those of patterns, which stand for any number of digits. */
export function givenNumbers(
  config: Pick<Config, 'users' | 'groups' | 'numbering' | 'trunks'>,
): ReadonlyMap<AorText, readonly E164[]> {
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
  return given
}
