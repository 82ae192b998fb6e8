import type { CivicAddress } from '../config/sections/emergency.ts'
import type { CallPath } from '../domain/call-record.ts'

/** One call for help, as the desk sees it and as it is kept. Times in milliseconds since the Unix epoch. */
export interface CallForHelp {
  readonly id: string
  readonly callId: string
  readonly at: number
  readonly number: string
  readonly isTest: boolean
  /** A person's name for it: `Anna (sip:201@site-a.example)`. */
  readonly caller: string
  readonly source: CallPath
  readonly sourceAddress: string | undefined
  readonly callbackNumber: string | undefined
  readonly location: string
  readonly civic: CivicAddress | undefined
  readonly progress: Progress
  readonly isAcknowledged: boolean
}

export type Progress =
  | { readonly name: 'calling' }
  | { readonly name: 'answered'; readonly by: string; readonly afterMs: number }
  /** `by` is who had answered. */
  | { readonly name: 'over'; readonly by?: string; readonly afterMs?: number; readonly why: string }

/** Where it was sent, and whether it was answered. */
export function progressText({ progress }: Pick<CallForHelp, 'progress'>): string {
  switch (progress.name) {
    case 'calling':
      return 'being set up'
    case 'answered':
      return `answered by ${progress.by} after ${progress.afterMs} ms`
    case 'over':
      return progress.by === undefined
        ? `NOT ANSWERED: ${progress.why}`
        : `over, was answered by ${progress.by} after ${progress.afterMs} ms (${progress.why})`
  }
}

/** One line for a person who is to act on it. */
export function alarmText({ isTest, number, caller, callbackNumber, location }: CallForHelp): string {
  return [
    `${isTest ? 'TEST of the emergency number' : 'EMERGENCY CALL to'} ${number} from ${caller}`,
    ...(location === '' ? ['no location is known'] : [location]),
    ...(callbackNumber === undefined ? [] : [`call back ${callbackNumber}`]),
  ].join(', ')
}
