import { describe, expect, it } from 'vitest'
import { readListeningPoints } from '../../../src/drivers/drachtio/listening-points.ts'
import { readListenUri } from '../../../src/engine/listen-uri.ts'
import { unheardPlaces } from '../../../src/gateway/unheard-places.ts'

const heard = readListeningPoints('udp/192.0.2.10:5060,tcp/192.0.2.10:5060,tcp/[2001:db8::10]:5060')

describe('places of sip.listen', () => {
  it.each([
    ['sip:192.0.2.10:5060;transport=udp,tcp', []],
    ['sip:[2001:db8::10];transport=tcp', []],
    ['sip:*;transport=udp,tcp', []],
    ['sip:192.0.2.10:5060;transport=udp;external-ip=198.51.100.7', []],
    ['sip:192.0.2.11;transport=udp,tcp', ['udp 192.0.2.11:5060', 'tcp 192.0.2.11:5060']],
    ['sip:*:5070;transport=udp', ['udp 0.0.0.0:5070']],
    ['sip:[2001:db8::10];transport=udp', ['udp [2001:db8::10]:5060']],
  ])('%s', (uri, unheard) => {
    expect(unheardPlaces(readListenUri(uri), heard)).toEqual(unheard)
  })

  it('are all unheard by a server that says nothing', () => {
    expect(unheardPlaces(readListenUri('sip:192.0.2.10'), readListeningPoints(''))).not.toEqual([])
  })
})
