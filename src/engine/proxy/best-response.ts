import type { SipResponse } from '../message/message.ts'

// RFC 3261 §16.7 step 6: among 4xx those that help the caller to try again come first.
const helpful: readonly number[] = [401, 407, 415, 420, 484]

/**
 * The final response to forward when no branch answered 2xx (RFC 3261 §16.7 steps 6 and 7): any 6xx, else the lowest
 * class, and in it the one that tells the caller most. Challenges of all branches are put together.
 */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | undefined {
  let best: SipResponse | undefined
  for (const response of responses) if (!best || rank(response) < rank(best)) best = response
  if (best && (best.status === 401 || best.status === 407)) collectChallenges(best, responses)
  return best
}

function rank({ status }: SipResponse): number {
  if (status >= 600) return 0
  // A 503 speaks for one server, and 408 says least of all.
  const inClass = helpful.includes(status) ? 0 : status === 503 || status === 408 ? 2 : 1
  return Math.floor(status / 100) * 10 + inClass
}

function collectChallenges(best: SipResponse, responses: readonly SipResponse[]): void {
  for (const response of responses) {
    if (response === best || (response.status !== 401 && response.status !== 407)) continue
    for (const name of ['WWW-Authenticate', 'Proxy-Authenticate'])
      for (const challenge of response.getAll(name.toLowerCase())) best.append(name, challenge)
  }
}
