import { randomUUID } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import type { ApplicationPool } from './application-pool.ts'
import { wireTime } from './wire-time.ts'

export type CallSource = 'network' | 'application'
export type CallRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas'
export type CallEnd =
  | 'call-rejected'
  | 'call-canceled'
  | 'normal-release'
  | 'session-expired'
  | 'ackbye'
  | 'system-initiated-termination'

/** Tells the applications that asked for `cdr:` events, in turn, how calls begin and end. */
export class CallRecords {
  readonly #pool: ApplicationPool
  readonly #clock: Clock

  constructor(pool: ApplicationPool, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
  }

  /** An INVITE outside any dialog came or went. */
  attempt(source: CallSource, invite: SipRequest): void {
    this.#tell('cdr:attempt', source, undefined, invite)
  }

  /** The call was answered; `source` is where the 2xx came from. */
  start(source: CallSource, role: CallRole, answer: SipResponse): void {
    this.#tell('cdr:start', source, role, answer)
  }

  /** `message` is the BYE, or the final response of a call that never began. */
  stop(source: CallSource, end: CallEnd, message: SipMessage): void {
    this.#tell('cdr:stop', source, end, message)
  }

  #tell(verb: string, source: CallSource, detail: string | undefined, message: SipMessage): void {
    const application = this.#pool.next(verb)
    if (!application) return
    const rest = detail === undefined ? '' : `|${detail}`
    const time = wireTime(this.#clock.now())
    application.send(`${randomUUID()}|${verb}|${source}|${time}${rest}`, message.toBuffer())
  }
}
