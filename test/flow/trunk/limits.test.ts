import { afterEach, describe, expect, it } from 'vitest'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TrunkSite } from './a-site.ts'

const site = new TrunkSite()
afterEach(() => site.end())

describe('a trunk', () => {
  it('carries calls in and out together up to its limit, then callers from outside hear busy', async () => {
    const carrier = await site.begun(new TinyCarrier())
    const { box, anna } = await site.box([{ name: 'carrier', server: carrier.hostPort, maxCalls: 1 }])
    await anna.register()
    const address = `127.0.0.1:${box.server.port}`
    const out = await anna.call('03098765432')
    await out.answered()
    const refused = await carrier.callIn('+49301234501', '+4989123456', address)
    await expect(refused.answered()).rejects.toThrow('486')
    await out.hangUp()
    const taken = await carrier.callIn('+49301234501', '+4989123456', address)
    await taken.answered()
    await expect((await anna.call('03098765432')).answered()).rejects.toThrow('503')
    await taken.hangUp()
  })

  it('that takes no more new calls this second gives way to the next', async () => {
    const slow = await site.begun(new TinyCarrier())
    const dear = await site.begun(new TinyCarrier())
    const { anna } = await site.box([
      { name: 'slow', server: slow.hostPort, maxCallsPerSecond: 0.1 },
      { name: 'dear', server: dear.hostPort, costPerMinute: 9 },
    ])
    for (let calls = 0; calls < 2; calls++) {
      const call = await anna.call('03098765432')
      await call.answered()
      await call.hangUp()
    }
    expect([slow.dialled.length, dear.dialled.length]).toEqual([1, 1])
  })
})
