import type { Aor } from '../domain/aor.ts'
import type { CallQuestion } from '../domain/route.ts'

export const payerKinds = ['user', 'pbx', 'peer'] as const

/** Who answers for what a call outside costs. */
export interface Payer {
  readonly kind: (typeof payerKinds)[number]
  /** `201@site-a.example`, the name of a PBX, or the peer name of another box. */
  readonly name: string
}

/**
 * Who pays for a call outside; undefined when nobody does, and then it is not placed. `nameOf` tells the one name of a
 * user from its aliases: by another name nobody gets another allowance.
 */
export function payerOf(
  { source, sourceLabel, caller }: Pick<CallQuestion, 'source' | 'sourceLabel' | 'caller'>,
  nameOf: (user: Aor) => Aor | undefined,
): Payer | undefined {
  switch (source) {
    case 'phone': {
      if (!caller) return undefined
      const { user, domain } = nameOf(caller) ?? caller
      return { kind: 'user', name: `${user}@${domain}` }
    }
    case 'pbx':
      return { kind: 'pbx', name: sourceLabel }
    case 'overlay':
      return { kind: 'peer', name: sourceLabel }
    default:
      return undefined
  }
}

/** `user 201@site-a.example`: the one spelling used as key and on pages. */
export function printPayer({ kind, name }: Payer): string {
  return `${kind} ${name}`
}

export function parsePayer(text: string): Payer | undefined {
  const [kind, name] = text.split(' ', 2)
  const known = payerKinds.find((each) => each === kind)
  return known !== undefined && name ? { kind: known, name } : undefined
}
