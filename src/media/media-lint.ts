import type { MediaSection } from '../config/sections/media.ts'
import type { TrunkEntry } from '../config/sections/trunks.ts'

export interface MediaDoubt {
  /** As an operator writes it: `trunks.carrier.media.srtp`. */
  readonly key: string
  readonly text: string
}

interface MediaConfig {
  readonly media: Pick<MediaSection, 'rtpengine'>
  readonly trunks: readonly Pick<TrunkEntry, 'name' | 'transport' | 'media'>[]
}

/** What is right by itself, and hardly what the operator means. */
export function lintMedia({ media, trunks }: MediaConfig): readonly MediaDoubt[] {
  const encrypted = trunks.filter((trunk) => trunk.media.srtp === 'required')
  return encrypted.flatMap(({ name, transport }) => {
    const key = `trunks.${name}.media.srtp`
    const doubts: MediaDoubt[] = []
    if (!media.rtpengine) {
      doubts.push({
        key,
        text: 'without media.rtpengine calls of phones that do not encrypt are refused on it (488)',
      })
    }
    // RFC 4568 §9.3
    if (transport !== 'tls') {
      doubts.push({ key, text: 'the keys travel readable in the signalling: take "transport: tls"' })
    }
    return doubts
  })
}
