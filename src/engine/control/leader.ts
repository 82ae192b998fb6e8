import { randomUUID } from 'node:crypto'
import type { Flow } from '../transport/flow.ts'

// The tokens of the frames to applications, with the empty ones that drachtio-srf counts on. Message ids come from
// node's pool of random bytes, which makes 128 of them at a time.

/** Answer to a `route`, a `ping` and the like: `rest` may be empty. */
export function answerLeader(frameId: string, verdict: 'OK' | 'NOK' | 'NO', rest: string): string {
  return rest === ''
    ? `${randomUUID()}|response|${frameId}|${verdict}`
    : `${randomUUID()}|response|${frameId}|${verdict}|${rest}`
}

/** A request of the application went out; its own address is what counts, the message follows. */
export function requestSentLeader(
  frameId: string,
  sent: { readonly bytes: number; readonly flow: Flow | undefined; readonly time: string },
  transactionId: string,
): string {
  const { flow } = sent
  const where = flow ? `${flow.transport}|${flow.localAddress}|${flow.localPort}` : '||0'
  return `${randomUUID()}|response|${frameId}|OK|application|${sent.bytes}|${where}|${sent.time}|${transactionId}|Msg sent:|`
}

export function responseSentLeader(
  frameId: string,
  sent: { readonly bytes: number; readonly flow: Flow; readonly time: string },
  transactionId: string,
  dialogId: string,
): string {
  const { flow } = sent
  return `${randomUUID()}|response|${frameId}|OK|application|${sent.bytes}|${flow.transport}|${flow.remoteAddress}|${flow.remotePort}|${sent.time}|${transactionId}|${dialogId}||Msg sent:|`
}

/** A final response of one of a proxy's branches. */
export function proxyResponseLeader(
  frameId: string,
  bytes: number,
  flow: Flow | undefined,
  time: string,
): string {
  const where = flow ? `${flow.transport}|${flow.remoteAddress}|${flow.remotePort}` : '||0'
  return `${randomUUID()}|response|${frameId}|OK|network|${bytes}|${where}|${time}|||continue`
}

/** A message from the network: `flow` undefined for one that the engine made up in the network's stead. */
export function networkLeader(
  bytes: number,
  flow: Flow | undefined,
  time: string,
  transactionId: string,
  dialogId: string,
): string {
  const where = flow ? `${bytes}|${flow.transport}|${flow.remoteAddress}|${flow.remotePort}` : '0|udp||0'
  return `${randomUUID()}|sip|network|${where}|${time}|${transactionId}|${dialogId}|`
}

/** A request outside any dialog also tells the listening point that it came to. */
export function newRequestLeader(bytes: number, flow: Flow, time: string, transactionId: string): string {
  return `${networkLeader(bytes, flow, time, transactionId, '')}${flow.localAddress}|${flow.localPort}|`
}

/** A BYE that the engine sent of its own accord; the application must not answer. */
export function unsolicitedLeader(
  bytes: number,
  flow: Flow | undefined,
  time: string,
  dialogId: string,
): string {
  const where = flow ? `${flow.transport}|${flow.localAddress}|${flow.localPort}` : '||0'
  return `${randomUUID()}|sip|application|${bytes}|${where}|${time}|unsolicited|${dialogId}|`
}
