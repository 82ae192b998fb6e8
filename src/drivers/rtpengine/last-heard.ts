import type { NgReply } from './ng-client.ts'

/** From the answer to `query`: when RTP came last from each tag, ms since the Unix epoch; of those that it tells of. */
export function readLastHeard(answer: NgReply): ReadonlyMap<string, number> {
  const heard = new Map<string, number>()
  for (const [tag, facts] of Object.entries(dictionary(answer.tags))) {
    const streams = list(dictionary(facts).medias).flatMap((media) => list(dictionary(media).streams))
    const seconds = Math.max(0, ...streams.map(lastPacket))
    if (seconds > 0) heard.set(tag, seconds * 1_000)
  }
  return heard
}

/** Seconds since the Unix epoch; 0 when there was none. RTCP comes from a far end that sends no sound, too. */
function lastPacket(stream: unknown): number {
  const facts = dictionary(stream)
  const at = facts['last packet']
  return typeof at === 'number' && !list(facts.flags).map(String).includes('RTCP') ? at : 0
}

function dictionary(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
