import { PeerUnreachable } from '../../src/overlay/overlay-errors.ts'
import { type ConnectionEnd, type Machine, SimulatedConnection } from './simulated-connection.ts'
import type { SimulatedPaths } from './simulated-paths.ts'
import type { SimulatedTime } from './simulated-time.ts'
import { emptyPacketBytes, handshakeBytes } from './wire-cost.ts'

export interface Dial {
  readonly from: Machine
  readonly to: Machine & { readonly isListening: boolean }
  readonly paths: SimulatedPaths
  readonly time: SimulatedTime
  readonly signal: AbortSignal
}

/** As drivers/libp2p sets it. */
const dialWithin = 2_000
/** Until an unanswered SYN is sent again, doubling (RFC 6298 §2.1). */
const knockAgainAfter = 1_000
/** Noise, yamux and the choice of protocols, after TCP's own. */
const roundTripsOfHandshake = 3
const purpose = 'dialling'

/**
 * Connects two machines. `accept` is called when the other side has its end; resolves to this side's end half a round
 * trip later. Throws `PeerUnreachable`, or what the signal says.
 */
export async function dial(parts: Dial, accept: (far: ConnectionEnd) => void): Promise<ConnectionEnd> {
  const { from, to, paths, time, signal } = parts
  const bound = new AbortController()
  const timer = time.after(dialWithin, () => bound.abort(new PeerUnreachable('nobody answers there')))
  const abandoned = AbortSignal.any([signal, bound.signal])
  try {
    await settledOrAborted(knock(parts, abandoned), abandoned)
    const { near, far } = new SimulatedConnection(from, to, paths, time)
    try {
      await settledOrAborted(shakeHands(near, far, accept), abandoned)
      return near
    } catch (error) {
      near.close()
      throw error
    }
  } finally {
    timer.cancel()
  }
}

async function knock({ from, to, paths, time }: Dial, abandoned: AbortSignal): Promise<void> {
  for (let pause = knockAgainAfter; !abandoned.aborted; pause *= 2) {
    from.traffic.sent(purpose, emptyPacketBytes)
    const there = to.isPowered ? paths.crossing({ from: from.name, to: to.name }, 1) : undefined
    const back = paths.crossing({ from: to.name, to: from.name }, 1)
    if (there === undefined || back === undefined) {
      await passing(pause, time)
      continue
    }
    await passing(there + back, time)
    if (!to.isListening) throw new PeerUnreachable('connection refused')
    to.traffic.sent(purpose, emptyPacketBytes)
    return
  }
}

function shakeHands(
  near: ConnectionEnd,
  far: ConnectionEnd,
  accept: (far: ConnectionEnd) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = near.onEnd(() => reject(new PeerUnreachable('the connection was closed')))
    const trip = (left: number) => {
      if (left === 0) {
        forget()
        return resolve()
      }
      near.send(purpose, handshakeBytes / roundTripsOfHandshake, () => {
        if (left === 1) accept(far)
        far.send(purpose, handshakeBytes / roundTripsOfHandshake, () => trip(left - 1))
      })
    }
    trip(roundTripsOfHandshake)
  })
}

function passing(milliseconds: number, time: SimulatedTime): Promise<void> {
  return new Promise((resolve) => time.after(milliseconds, resolve))
}

function settledOrAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason)
    if (signal.aborted) abandon()
    signal.addEventListener('abort', abandon, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon))
  })
}
