import { describe, expect, it } from 'vitest'
import { runUntilStopped } from '../../../src/cli/box-lifetime.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { CollectedLog } from '../../support/collected-log.ts'

const never = new Promise<never>(() => undefined)

function running({ drain = never }: { drain?: Promise<void> } = {}) {
  const [clock, log, said] = [new FakeClock(), new CollectedLog(), [] as string[]]
  const broken = Promise.withResolvers<Error>()
  let signal = Promise.withResolvers<void>()
  const box = {
    broken: broken.promise,
    drain: () => {
      said.push('drain')
      return drain
    },
    stop: async () => {
      said.push('stop')
    },
  }
  const code = runUntilStopped({
    ...{ box, clock, log },
    service: { stopping: () => said.push('stopping') },
    nextSignal: () => signal.promise,
    end: () => said.push('end'),
  })
  return {
    ...{ code, said },
    signal: async () => {
      const { resolve } = signal
      signal = Promise.withResolvers()
      resolve()
      await new Promise((resolved) => setImmediate(resolved))
    },
    breakDown: () => broken.resolve(new Error('the engine has died')),
  }
}

describe('a box that runs', () => {
  it('waits for its calls after the first signal, and stops when they have ended', async () => {
    const drain = Promise.withResolvers<void>()
    const { code, said, signal } = running({ drain: drain.promise })
    await signal()
    expect(said).toEqual(['drain', 'stopping'])
    drain.resolve()
    expect(await code).toBe(0)
    expect(said.at(-1)).toBe('stop')
  })

  it('stops at once after the second signal', async () => {
    const { code, said, signal } = running()
    await signal()
    await signal()
    expect(await code).toBe(0)
    expect(said.at(-1)).toBe('stop')
  })

  it('whose engine dies stops with an error', async () => {
    const { code, said, breakDown } = running()
    breakDown()
    expect(await code).toBe(1)
    expect(said).toEqual(['stop'])
  })

  it('whose engine dies while it waits for its calls waits no longer', async () => {
    const { code, said, signal, breakDown } = running()
    await signal()
    breakDown()
    expect(await code).toBe(1)
    expect(said).toEqual(['drain', 'stopping', 'stop'])
  })
})
