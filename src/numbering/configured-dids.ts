import type { Config } from '../config/schema.ts'
import type { DidRow } from './did-table.ts'

/** A row and its place in the config: `users[0].numbers`, `numbering.dids[2]`. */
export interface ConfiguredDids extends DidRow {
  readonly key: string
}

/** Everything in the config that gives numbers to somebody: users and groups first, then the lists. */
export function configuredDids({
  users,
  groups,
  numbering,
  trunks,
}: Pick<Config, 'users' | 'groups' | 'numbering' | 'trunks'>): readonly ConfiguredDids[] {
  return [
    ...users.map(({ numbers, aor }, index) => ({ key: `users[${index}].numbers`, numbers, to: aor })),
    ...groups.map(({ numbers, aor }, index) => ({ key: `groups[${index}].numbers`, numbers, to: aor })),
    ...numbering.dids.map((row, index) => ({ key: `numbering.dids[${index}]`, ...row })),
    ...trunks.flatMap(({ name, dids }) =>
      Object.entries(dids).map(([number, to]) => ({ key: `trunks.${name}.dids`, numbers: [number], to })),
    ),
  ]
}
