import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../lib/clock.ts'

const answerWithin = 1_000

/** Opens a stream and closes it again: a round trip that only a live path makes. A connection that fails is ended. */
export async function probeConnection(
  connection: Connection,
  protocol: string,
  clock: Clock,
): Promise<boolean> {
  const bound = new AbortController()
  const timer = clock.after(answerWithin, () => bound.abort(new Error(`no answer in ${answerWithin} ms`)))
  try {
    const stream = await connection.newStream(protocol, {
      signal: bound.signal,
      runOnLimitedConnection: true,
    })
    stream.abort(new Error('it was only a probe'))
    return true
  } catch (error) {
    connection.abort(new Error('the path is dead', { cause: error }))
    return false
  } finally {
    timer.cancel()
  }
}
