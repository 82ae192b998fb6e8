import type { ProxyOptions } from '../../domain/sip.ts'
import type { ControlExchange } from './client-transactions.ts'
import { EngineRefused, EngineUnavailable } from './link-trouble.ts'
import { printRequest } from './print-message.ts'
import type { ReceivedRequest } from './received-request.ts'

/** RFC 3261 §16.6: Timer C must be larger than three minutes; one more for a serial hunt's last branch. */
const finalWithinMs = 240_000

/** Asks the engine's proxy core to forward a pending request; resolves to the status the far end got. */
export function forwardRequest(
  control: ControlExchange,
  request: ReceivedRequest,
  destinations: readonly string[],
  options: ProxyOptions,
): Promise<number> {
  const first = destinations[0]
  if (first === undefined) return Promise.reject(new TypeError('no destination to proxy to'))
  const leader = [
    'proxy',
    request.transactionId,
    options.recordRoute ? 'remainInDialog' : '',
    'fullResponse',
    '',
    options.forking === 'parallel' ? 'simultaneous' : 'serial',
    milliseconds(options.provisionalTimeoutMs),
    milliseconds(options.finalTimeoutMs),
    ...destinations,
  ].join('|')
  let best = 408
  return new Promise((resolve, reject) => {
    const frame = `${leader}\r\n${printRequest(request.method, first, options.headers ?? {})}`
    control.exchange(
      frame,
      (reply) => {
        if (reply instanceof EngineUnavailable) reject(reply)
        else if (!reply.isOk) reject(new EngineRefused(reply.reason))
        else if (reply.tokens[12] === 'continue') {
          best = betterStatus(best, Number(reply.text.slice(8, 11)))
          return true
        } else resolve(best)
        return false
      },
      finalWithinMs * destinations.length,
    )
  })
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value}ms`
}

/** RFC 3261 §16.7 step 6: 2xx, then 6xx, then the lowest class. */
function betterStatus(one: number, other: number): number {
  return rank(other) <= rank(one) ? other : one
}

function rank(status: number): number {
  if (status < 300) return 0
  return status >= 600 ? 1 : Math.floor(status / 100)
}
