import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { KnockLimit } from '../../../src/drivers/libp2p/knock-limit.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

const from = (address: string) => ({ remoteAddr: multiaddr(address) })

it('strangers all together may knock so often, and a host with a member as before', () => {
  const clock = new FakeClock(1_000_000)
  const limit = new KnockLimit(clock)
  const admitted = () =>
    Array.from({ length: 500 }, (_, number) =>
      from(`/ip4/198.51.100.${number % 250}/tcp/${number + 1}`),
    ).filter((knock) => !limit.isTooMuch(knock)).length
  expect(admitted()).toBe(300)
  expect(limit.isTooMuch(from('/ip6/2001:db8::1/tcp/9'))).toBe(true)
  limit.memberAt(multiaddr('/ip6/2001:db8::1/tcp/4160'))
  expect(limit.isTooMuch(from('/ip6/2001:db8::1/tcp/9'))).toBe(false)
  const relay = '12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf'
  expect(limit.isTooMuch(from(`/ip4/198.51.100.1/tcp/4160/p2p/${relay}/p2p-circuit`))).toBe(false)
  clock.advance(2_000)
  expect(admitted()).toBe(100)
})
