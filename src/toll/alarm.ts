import type { NoticeSink } from '../domain/notice.ts'
import type { Log } from '../lib/log.ts'
import { RecentMap } from '../lib/recent-map.ts'

export interface Crossing {
  /** `user 201@site-a.example`; `everybody` of a limit for the whole box. */
  readonly payer: string
  /** Name of the limit. */
  readonly limit: string
  readonly action: 'refuse' | 'block-such' | 'block'
  /** `20 of 20 calls this minute` */
  readonly standing: string
  readonly number: string
}

const oneAnHourMs = 3_600_000
const mostRemembered = 10_000

const consequence: Readonly<Record<Crossing['action'], string>> = {
  refuse: 'what goes beyond it is refused',
  'block-such': 'such calls are blocked until somebody releases them',
  block: 'all calls outside are blocked until somebody releases them',
}

/** Tells people that a limit was crossed: once a block, and of a limit that only refuses once an hour. */
export class TollAlarm {
  readonly #notices: NoticeSink
  readonly #log: Log
  readonly #saidAt = new RecentMap<number>(mostRemembered)

  constructor(notices: NoticeSink, log: Log) {
    this.#notices = notices
    this.#log = log
  }

  raise({ payer, limit, action, standing, number }: Crossing, at: number): void {
    const key = `${payer} ${limit}`
    const saidAt = this.#saidAt.get(key)
    if (action === 'refuse' && saidAt !== undefined && at - saidAt < oneAnHourMs && at >= saidAt) return
    this.#saidAt.set(key, at)
    this.#log.warn({ payer, limit, action, standing, number }, 'limit for calls outside crossed')
    this.#notices.send({
      event: 'toll-fraud',
      at,
      summary: `${payer} crossed the limit ${limit} (${standing}): ${consequence[action]}.`,
      facts: { payer, limit, action, standing, number },
    })
  }
}
