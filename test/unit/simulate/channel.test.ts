import { expect, test } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { Channel } from '../../simulate/channel.ts'

/** A path of 50 ms whose packets go through as the list says, and then always. */
function channelOver(fates: ('arrives' | 'is lost' | number)[]) {
  const clock = new FakeClock()
  const arrived: string[] = []
  const sent: number[] = []
  let gaveUpAt: number | undefined
  const channel = new Channel(
    {
      crossing: () => {
        const fate = fates.shift() ?? 'arrives'
        if (fate === 'is lost') return undefined
        return fate === 'arrives' ? 50 : fate
      },
      roundTripMilliseconds: 100,
      sent: ({ bytes }) => sent.push(bytes),
      gaveUp: () => {
        gaveUpAt = clock.now()
      },
    },
    clock,
  )
  const send = (name: string, bytes = 100) =>
    channel.send({ bytes, purpose: 'test', arrive: () => arrived.push(`${name} at ${clock.now()}`) })
  return { clock, channel, send, arrived, sent, gaveUpAt: () => gaveUpAt }
}

test('a message takes as long as the path', () => {
  const { clock, send, arrived } = channelOver([])
  send('first')
  clock.advance(49)
  expect(arrived).toEqual([])
  clock.advance(1)
  expect(arrived).toEqual(['first at 50'])
})

test('a quick packet does not overtake a slow one', () => {
  const { clock, send, arrived } = channelOver([80, 20])
  send('first')
  send('second')
  clock.advance(100)
  expect(arrived).toEqual(['first at 80', 'second at 80'])
})

test('what is lost comes after the retransmission, and what was sent since waits for it', () => {
  const { clock, send, arrived, sent } = channelOver(['is lost'])
  send('first', 100)
  clock.advance(10)
  send('second', 70)
  clock.advance(1_000)
  expect(arrived).toEqual(['first at 350', 'second at 350'])
  expect(sent).toEqual([100, 70, 100])
})

test('retransmissions come more and more slowly, and end when the far side stays silent', () => {
  const { clock, send, arrived, sent, gaveUpAt } = channelOver(Array(100).fill('is lost'))
  send('first')
  clock.advance(300 + 600 + 1_200)
  expect(sent).toHaveLength(4)
  clock.advance(3_600_000)
  expect(arrived).toEqual([])
  expect(sent).toHaveLength(16)
  expect(gaveUpAt()).toBeGreaterThan(600_000)
})

test('a machine without power retransmits nothing', () => {
  const { clock, channel, send, arrived, sent } = channelOver(['is lost'])
  send('first')
  channel.stop()
  clock.advance(10_000)
  expect(arrived).toEqual([])
  expect(sent).toEqual([100])
})
