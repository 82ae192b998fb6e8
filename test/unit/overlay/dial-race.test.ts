import { describe, expect, it } from 'vitest'
import { raceDials } from '../../../src/drivers/libp2p/dial-race.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

interface Dial {
  readonly place: string
  readonly signal: AbortSignal
  connect(): void
  refuse(): void
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('dialling several addresses of a peer', () => {
  const race = (places: readonly string[]) => {
    const clock = new FakeClock()
    const dials: Dial[] = []
    const late: string[] = []
    const bound = new AbortController()
    const winner = raceDials<string, string>({
      places,
      dial: (place, signal) =>
        new Promise((resolve, reject) => {
          const refuse = () => reject(new Error(`${place} refused`))
          dials.push({ place, signal, connect: () => resolve(place), refuse })
        }),
      discard: (connection) => late.push(connection),
      ...{ signal: bound.signal, clock },
    })
    winner.catch(() => undefined)
    const started = () => dials.map(({ place }) => place)
    const dial = (place: string) => dials.find((one) => one.place === place) as Dial
    return { clock, winner, late, bound, started, dial }
  }

  it('the next joins after a tenth of a second, and the first that connects wins', async () => {
    const { clock, winner, started, dial } = race(['dead', 'slow', 'quick'])
    clock.advance(99)
    expect(started()).toEqual(['dead'])
    clock.advance(101)
    expect(started()).toEqual(['dead', 'slow', 'quick'])
    dial('quick').connect()
    expect(await winner).toBe('quick')
    expect(dial('dead').signal.aborted).toBe(true)
    expect(dial('quick').signal.aborted).toBe(false)
  })

  it('a refusal lets the next start at once', async () => {
    const { started, dial } = race(['refused', 'next'])
    dial('refused').refuse()
    await settled()
    expect(started()).toEqual(['refused', 'next'])
  })

  it('a connection that comes too late is given back', async () => {
    const { clock, winner, late, dial } = race(['one', 'two'])
    clock.advance(100)
    dial('two').connect()
    await winner
    dial('one').connect()
    await settled()
    expect(late).toEqual(['one'])
  })

  it('the error tells of every address', async () => {
    const { winner, dial } = race(['one', 'two'])
    dial('one').refuse()
    await settled()
    dial('two').refuse()
    await expect(winner).rejects.toThrow('no address works: one refused; two refused')
  })

  it('ends with its signal, and starts nothing more', async () => {
    const { clock, winner, bound, started } = race(['one', 'two'])
    bound.abort(new Error('enough'))
    await expect(winner).rejects.toThrow('enough')
    clock.advance(1_000)
    expect(started()).toEqual(['one'])
  })
})
