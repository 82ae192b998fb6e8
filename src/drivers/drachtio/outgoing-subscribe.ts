import { randomBytes, randomUUID } from 'node:crypto'
import type { SentSubscribe, SipStack, SubscribeOptions } from '../../domain/sip.ts'
import type { DrachtioSubscription } from './drachtio-subscription.ts'

export interface SubscribeNetwork {
  readonly request: SipStack['request']
  openSubscription(id: string): DrachtioSubscription
}

/** Sends SUBSCRIBE; the dialog is there before, for the NOTIFY may overtake the answer (RFC 6665 §4.4.1). */
export async function sendSubscribe(
  network: SubscribeNetwork,
  uri: string,
  { from, headers = {}, ...options }: SubscribeOptions,
): Promise<SentSubscribe> {
  const callId = randomUUID()
  const tag = randomBytes(8).toString('hex')
  // Both engines name a dialog of ours so.
  const dialog = network.openSubscription(`${callId};from-tag=${tag}`)
  const response = await network.request('SUBSCRIBE', uri, {
    ...options,
    headers: { ...headers, From: `${from};tag=${tag}`, 'Call-ID': callId },
  })
  if (response.status < 300) return { response, dialog }
  dialog.close()
  return { response, dialog: undefined }
}
