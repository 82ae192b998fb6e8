import { beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from '../../../src/domain/binding.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Location } from '../../../src/registrar/location.ts'
import { aBinding } from '../../support/a-binding.ts'
import { MemoryBindingStore } from '../../support/memory-binding-store.ts'

const start = 1_700_000_000_000
const { aor } = aBinding()

let clock: FakeClock
let store: MemoryBindingStore
let location: Location
let changes: [aor: string, bindings: number][]

beforeEach(async () => {
  clock = new FakeClock(start)
  store = new MemoryBindingStore()
  location = await opened()
})

async function opened(maxBindings = 100): Promise<Location> {
  const made = new Location({ store, log: silentLog, clock, maxBindings })
  changes = []
  made.onChange((changed, bindings) => changes.push([changed, bindings.length]))
  await made.start()
  return made
}

const put = (...bindings: Binding[]): Promise<unknown> => location.save(aor, { put: bindings, remove: [] })
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('location', () => {
  it('gives the preferred contact first, of equals the latest', async () => {
    await put(
      aBinding({ contact: 'sip:a@h', q: 0.5 }),
      aBinding({ contact: 'sip:b@h', registeredAt: 1 }),
      aBinding({ contact: 'sip:c@h', registeredAt: 2 }),
    )
    expect(location.lookup(aor).map(({ contact }) => contact)).toEqual(['sip:c@h', 'sip:b@h', 'sip:a@h'])
  })

  it('has after a restart what it had before', async () => {
    await put(aBinding(), aBinding({ contact: 'sip:old@h', expiresAt: start + 500 }))
    clock.advance(600)
    location = await opened()
    expect(location.lookup(aor)).toEqual([aBinding()])
  })

  it('stops giving a binding the moment it expires, then tells and forgets it', async () => {
    await put(aBinding({ expiresAt: start + 1_500 }))
    changes = []
    clock.advance(1_500)
    expect(location.lookup(aor)).toEqual([])
    expect([...location.all()]).toEqual([])
    clock.advance(1_500)
    expect(changes).toEqual([[aor, 0]])
    expect(location.size).toBe(0)
    await location.stop()
    expect(await store.load(0)).toEqual([])
  })

  it('tells what expired, also while it was down, and not what was taken back', async () => {
    const expired: string[] = []
    const listen = () =>
      location.onExpiry((bindings) => expired.push(...bindings.map(({ contact }) => contact)))
    listen()
    await put(
      aBinding({ contact: 'sip:a@h', expiresAt: start + 500 }),
      aBinding({ contact: 'sip:b@h', expiresAt: start + 500 }),
      aBinding({ contact: 'sip:c@h', expiresAt: start + 20_000 }),
    )
    await location.save(aor, { put: [], remove: [aBinding({ contact: 'sip:b@h' })] })
    clock.advance(999)
    expect([...location.all(start)].map(({ contact }) => contact)).toContain('sip:a@h')
    clock.advance(1)
    expect(expired).toEqual(['sip:a@h'])
    await location.stop()
    clock.advance(20_000)
    location = new Location({ store, log: silentLog, clock })
    listen()
    await location.start()
    expect(expired).toEqual(['sip:a@h', 'sip:c@h'])
    expect([location.size, [...location.aors()]]).toEqual([0, []])
  })

  it('keeps a phone on disk that comes back while its expiry is being written', async () => {
    await put(aBinding({ expiresAt: start + 1_500 }))
    const { promise, resolve } = Promise.withResolvers<void>()
    store.hold = promise
    const back = put(aBinding({ cseq: 2 }))
    clock.advance(3_000)
    resolve()
    await back
    await location.stop()
    expect(location.lookup(aor)).toEqual([aBinding({ cseq: 2 })])
    expect(await store.load(clock.now())).toEqual([aBinding({ cseq: 2 })])
  })

  it('tells who came, moved or went, and not who refreshed', async () => {
    await put(aBinding())
    await put(aBinding({ cseq: 2 }))
    await put(aBinding({ contact: 'sip:new@h' }))
    await location.save(aor, { put: [], remove: location.lookup(aor) })
    expect(changes).toEqual([
      [aor, 1],
      [aor, 2],
      [aor, 0],
    ])
  })

  it('finds the lines that registered from one address and port', async () => {
    const line2 = aBinding({ aor: 'sip:202@site-a.example' })
    await put(aBinding())
    await location.save(line2.aor, { put: [line2], remove: [] })
    expect([...location.findBySource(aBinding().source)]).toEqual([aBinding(), line2])
    await location.save(aor, { put: [aBinding({ source: { ...line2.source, port: 9 } })], remove: [] })
    expect([...location.findBySource(line2.source)]).toEqual([line2])
  })

  it('makes changes of one user one after the other', async () => {
    const seen: number[] = []
    const add = (contact: string): Promise<unknown> =>
      location.update(aor, (current) => {
        seen.push(current.length)
        return { put: [aBinding({ contact })], remove: [] }
      })
    await Promise.all([add('sip:a@h'), add('sip:b@h'), add('sip:c@h')])
    expect(seen).toEqual([0, 1, 2])
  })

  it('goes on after a change that failed', async () => {
    store.failWith = new Error('disk')
    const failed = put(aBinding())
    await expect(failed).rejects.toThrow('disk')
    store.failWith = undefined
    await put(aBinding())
    expect(location.size).toBe(1)
  })

  it('refuses more than it can hold, and more waiting for one user than makes sense', async () => {
    location = await opened(1)
    await put(aBinding())
    await expect(put(aBinding({ contact: 'sip:b@h' }))).rejects.toMatchObject({ sipStatus: 503 })
    store.hold = new Promise(() => undefined)
    for (let i = 0; i < 50; i++) put(aBinding()).catch(() => undefined)
    await settled()
    await expect(put(aBinding())).rejects.toMatchObject({ sipStatus: 503 })
  })
})
