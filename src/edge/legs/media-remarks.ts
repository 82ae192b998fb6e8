import type { RouteTarget } from '../../domain/route.ts'
import type { Clock } from '../../lib/clock.ts'
import type { CallLog } from '../call-log.ts'
import type { MediaFacts } from '../neighbours.ts'

/** Lines of the decision record about the media of one target. */
export function mediaRemarks(
  callLog: CallLog,
  { path, label }: RouteTarget,
  clock: Clock,
): NonNullable<MediaFacts['remark']> {
  return (answer, why) => {
    const atMs = clock.now() - callLog.startedAt
    callLog.addSteps([{ atMs, step: 'media', asked: `${path} ${label}`, answer, tookMs: 0, why }])
  }
}
