import { afterEach, describe, expect, it } from 'vitest'
import type { CallRecord, TargetAttempt } from '../../../src/domain/call-record.ts'
import type { RunningBox } from '../../support/running-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'
import { TrunkSite } from './a-site.ts'

const account = { username: 'site-a', password: 'trunk-secret' }
const site = new TrunkSite()
afterEach(() => site.end())

async function attemptsOfLastCall({ adminUrl }: RunningBox): Promise<[target: string, status: number][]> {
  let attempts: readonly TargetAttempt[] | undefined
  await eventually(5_000, 'the record of the call', async () => {
    const response = await fetch(`${adminUrl}/api/calls`, { signal: AbortSignal.timeout(5_000) })
    attempts = ((await response.json()) as { recent: CallRecord[] }).recent[0]?.attempts
    return attempts !== undefined
  })
  return (attempts ?? []).map(({ target, status }) => [target, status])
}

describe('a trunk', () => {
  it('with an account is registered, carries calls out with digest, and brings calls in by DID', async () => {
    const carrier = await site.begun(new TinyCarrier({ account }))
    const { box, anna, kid } = await site.box([
      { name: 'carrier', server: carrier.hostPort, domain: 'carrier.test', register: true, ...account },
    ])
    await eventually(5_000, 'the registration', () => carrier.registered !== undefined)
    expect(carrier.registered).toMatch(/^sip:site-a@127\.0\.0\.1:/)

    const out = await anna.call('030 98765432'.replaceAll(' ', ''))
    await out.answered()
    expect(carrier.dialled).toEqual(['+493098765432'])
    await out.hangUp()

    await expect(kid.call('03098765432').then((call) => call.answered())).rejects.toThrow('403')
    expect(carrier.dialled).toHaveLength(1)

    await anna.register()
    const incoming = await carrier.callIn('+49301234501', '+4989123456', `127.0.0.1:${box.server.port}`)
    await incoming.answered()
    await incoming.hangUp()
  })

  it('whose server is dead gives way to the next trunk at once', async () => {
    const [dead, alive] = [await site.begun(new TinyCarrier()), await site.begun(new TinyCarrier())]
    const trunks = [
      { name: 'dead', server: dead.hostPort },
      { name: 'alive', server: alive.hostPort, costPerMinute: 9 },
    ]
    const { box, anna } = await site.box(trunks, { admin: { port: 0 } })
    await dead.stop()
    const call = await anna.call('03098765432')
    await call.answered()
    expect(alive.dialled).toEqual(['+493098765432'])
    await call.hangUp()
    // 503: the host has refused (ICMP). Had it been left after a silence, this were 408.
    expect(await attemptsOfLastCall(box)).toEqual([
      ['dead', 503],
      ['alive', 200],
    ])
  })

  it('that keeps failing rests, and calls go elsewhere at the first try', async () => {
    const bad = await site.begun(new TinyCarrier({ answering: { refuse: 503 } }))
    const good = await site.begun(new TinyCarrier())
    const { anna } = await site.box([
      { name: 'bad', server: bad.hostPort },
      { name: 'good', server: good.hostPort, costPerMinute: 9 },
    ])
    for (let calls = 0; calls < 5; calls++) {
      const call = await anna.call('03098765432')
      await call.answered()
      await call.hangUp()
    }
    expect(good.dialled).toHaveLength(5)
    expect(bad.dialled).toHaveLength(3)
  })
})
