/** One end of a call at an Asterisk. */
export interface AsteriskChannelState {
  /** `PJSIP/201-0000001a` */
  readonly name: string
  readonly caller?: string | undefined
  readonly dialled?: string | undefined
}

/** A call that an Asterisk is to place: it rings `channel`, and connects it to an extension of its own dialplan. */
export interface AsteriskCallOrder {
  /** `PJSIP/201` */
  readonly channel: string
  readonly context: string
  readonly extension: string
  /** Number that the phone shows. */
  readonly callerId?: string
  readonly ringMs: number
}

export interface AsteriskCallPlaced {
  readonly isAnswered: boolean
  /** To hang it up by. */
  readonly channel: string | undefined
  /** Asterisk's, when it was not answered: 1 the other end hung up, 3 no answer, 5 busy, 8 congestion. */
  readonly reason: number | undefined
}

/** How an order went; `text` has Asterisk's own word where it gave one. */
export type AsteriskAnswer<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | {
      /** `unknown`: there is no such Asterisk; `unsendable`: the order itself is wrong. */
      readonly kind: 'unknown' | 'unsendable' | 'refused' | 'away' | 'too-late'
      readonly text: string
    }

/** What a person may have an Asterisk do. */
export interface AsteriskOrders {
  /** As far as they are known now. */
  channels(asterisk: string): AsteriskAnswer<readonly AsteriskChannelState[]>
  hangUp(asterisk: string, channel: string): Promise<AsteriskAnswer<void>>
  /** Resolves when the phone was answered, or was not. */
  originate(asterisk: string, order: AsteriskCallOrder): Promise<AsteriskAnswer<AsteriskCallPlaced>>
}

/** HTTP status of an order that was not carried out. */
export const statusOfFailure = {
  unknown: 404,
  unsendable: 400,
  refused: 502,
  away: 503,
  'too-late': 504,
} as const

const unknown = { kind: 'unknown', text: 'there are no Asterisks' } as const

export const noAsterisks: AsteriskOrders = {
  channels: () => unknown,
  hangUp: async () => unknown,
  originate: async () => unknown,
}
