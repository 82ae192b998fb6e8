import { expect, test } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { lintMedia } from '../../../src/media/media-lint.ts'

function doubts(trunk: Record<string, unknown>, media = {}) {
  const trunks = [{ name: 'carrier', server: '192.0.2.20', ...trunk }]
  return lintMedia(configSchema.parse({ trunks, media })).map(({ key, text }) => `${key}: ${text}`)
}

test('a trunk that must be encrypted, where nothing can encrypt and everybody can read the keys, is doubtful', () => {
  expect(doubts({ media: { srtp: 'required' } })).toEqual([
    'trunks.carrier.media.srtp: without media.rtpengine calls of phones that do not encrypt are refused on it (488)',
    'trunks.carrier.media.srtp: the keys travel readable in the signalling: take "transport: tls"',
  ])
})

test.each([
  [
    'a trunk that is encrypted over TLS',
    { transport: 'tls', media: { srtp: 'required' } },
    { rtpengine: {} },
  ],
  ['a trunk without wishes', {}, {}],
])('%s is not', (_, trunk, media) => expect(doubts(trunk, media)).toEqual([]))
