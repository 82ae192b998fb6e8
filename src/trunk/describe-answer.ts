import type { SipResponseView } from '../domain/sip.ts'
import type { Boxed } from '../lib/time-box.ts'

/** `200 OK`, or in words why there is no response. */
export function describeAnswer(answer: Boxed<SipResponseView>): string {
  switch (answer.kind) {
    case 'value':
      return `${answer.value.status} ${answer.value.reason}`
    case 'too-late':
      return 'no answer in time'
    case 'failed':
      return answer.error instanceof Error ? answer.error.message : String(answer.error)
  }
}
