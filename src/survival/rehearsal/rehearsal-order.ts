/** What is asked for. Without `group` and `users`, all users of the PBX. */
export interface RehearsalOrder {
  /** Name of the PBX; may be left out where there is one. */
  readonly pbx?: string | undefined
  /** Name of one of its phone groups. */
  readonly group?: string | undefined
  /** `201` or `201@office.example`. */
  readonly users?: readonly string[] | undefined
  /** How long the PBX is gone for them. */
  readonly forMs: number
  /** How long the phones have to come back afterwards; undefined: as long as the box registers them, and half a minute. */
  readonly returnWithinMs?: number | undefined
  /** Phones are really rung for a moment, and `emergency.testAnswer` is really called. */
  readonly ring: boolean
  /** Who asks. */
  readonly by: string
}

export type RehearsalAnswer =
  | { readonly kind: 'begun'; readonly id: string }
  | { readonly kind: 'refused'; readonly why: string }

export const shortestMs = 3_000
export const longestMs = 60 * 60_000
