import type { CallMedia, MediaSide } from '../../../../src/edge/neighbours.ts'

/** Media that pass a relay, which tells when it has heard each side last. */
export function relay(lastHeard: (side: MediaSide) => number | undefined): CallMedia {
  return {
    session: () => ({
      offer: async (_, sdp) => sdp,
      answer: async (_, sdp) => sdp,
      lastHeard: async (side) => lastHeard(side),
      end: () => undefined,
    }),
  }
}
