import { otherSide } from '../bridge.ts'
import type { MediaSession, MediaSide } from '../neighbours.ts'
import type { HeldLeg } from './transferable-call.ts'

/**
 * Lets two far ends that were in different calls agree on their media (RFC 3725 §4.4, flow III): one is asked for an offer,
 * and the other one answers it. Rejects with a `GatewayError`, `CallRejected` for one.
 */
export async function negotiate(
  legs: Readonly<Record<MediaSide, HeldLeg>>,
  media: MediaSession,
  offerer: MediaSide = 'callee',
): Promise<void> {
  const answerer = otherSide(offerer)
  const { dialog } = legs[offerer]
  // An ACK without an answer would be none (RFC 3264 §4): when there is no new one, all stays as it was.
  const before = dialog.localSdp
  const requested = await dialog.requestOffer()
  let answer = before
  try {
    const offer = await media.offer(offerer, requested.sdp)
    answer = await media.answer(answerer, await legs[answerer].dialog.offer(offer))
  } finally {
    requested.acknowledge(answer)
  }
}
