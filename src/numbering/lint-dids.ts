import type { Config } from '../config/schema.ts'
import { type Aor, parseAor, printAor } from '../domain/aor.ts'
import { numbersOf, readDidNumbers } from '../domain/did-numbers.ts'
import type { E164 } from '../domain/phone-number.ts'
import { type ConfiguredDids, configuredDids } from './configured-dids.ts'
import { DidTable } from './did-table.ts'
import { doubtAbout } from './number-doubt.ts'
import type { NumberFinding } from './number-finding.ts'

type DidSettings = Pick<Config, 'users' | 'groups' | 'numbering' | 'trunks' | 'sip'>

const mostLookedAt = 2_000

/** Direct numbers that ring nobody here, that two people have, or that the world does not know. */
export function lintDids(config: DidSettings): readonly NumberFinding[] {
  const rows = configuredDids(config)
  const table = new DidTable(rows)
  const known = knownNames(config)
  const ringsNobody = (number: E164) => {
    const user = table.userOf(number)
    return user !== undefined && config.sip.domains.includes(user.domain) && !known.has(printAor(user))
  }
  const ofRows = rows.flatMap(({ key, numbers }) =>
    numbers.flatMap((text) => {
      const all = numbersOf(readDidNumbers(text), mostLookedAt)
      return [...doubtful(key, all[0]), ...unanswered(key, all, all.filter(ringsNobody), table)]
    }),
  )
  return [...ownedTwice(rows), ...ofRows]
}

function ownedTwice(rows: readonly ConfiguredDids[]): NumberFinding[] {
  const owners = new Map<string, string>()
  const findings: NumberFinding[] = []
  for (const { key, numbers, to } of rows) {
    for (const text of numbers) {
      const owner = owners.get(text) ?? to
      owners.set(text, owner)
      if (owner !== to) findings.push({ severity: 'error', key, text: `${text} already belongs to ${owner}` })
    }
  }
  return findings
}

function doubtful(key: string, number: E164 | undefined): NumberFinding[] {
  const doubt = number && doubtAbout(number)
  return doubt === undefined ? [] : [{ severity: 'warning', key, text: `${number}: ${doubt}` }]
}

function unanswered(
  key: string,
  all: readonly E164[],
  nobody: readonly E164[],
  table: DidTable,
): NumberFinding[] {
  const [example] = nobody
  const user = example && table.userOf(example)
  if (!user) return []
  const many = all.length > 1 ? `${nobody.length} of ${all.length} numbers ring nobody: ` : ''
  const text = `${many}${example} leads to ${printAor(user)}, who has no account here`
  return [{ severity: 'warning', key, text }]
}

/** Users, groups and their other names, as AoR texts. */
function knownNames({ users, groups }: DidSettings): ReadonlySet<string> {
  const names = [...users, ...groups].flatMap(({ aor, aliases }): Aor[] => {
    const name = parseAor(aor)
    return name ? [name, ...aliases.map((alias) => ({ ...name, user: alias }))] : []
  })
  return new Set(names.map(printAor))
}
