import { afterEach, describe, expect, it } from 'vitest'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TrunkSite } from './a-site.ts'

const site = new TrunkSite()
afterEach(() => site.end())

describe('the number of a caller', () => {
  it('goes out with the call, and with *31# only to the provider', async () => {
    const carrier = await site.begun(new TinyCarrier())
    const { anna } = await site.box([{ name: 'carrier', server: carrier.hostPort, domain: 'carrier.test' }])
    for (const dialled of ['03098765432', '*31%2303098765432']) {
      const call = await anna.call(dialled)
      await call.answered()
      await call.hangUp()
    }
    const [open, hidden] = carrier.invites
    expect(carrier.dialled).toEqual(['+493098765432', '+493098765432'])
    expect(open?.get('from')).toContain('<sip:+49301234501@carrier.test>')
    expect(open?.get('privacy')).toBeUndefined()
    expect(hidden?.get('from')).toContain('<sip:anonymous@anonymous.invalid>')
    expect(hidden?.get('p-asserted-identity')).toContain('+49301234501')
    expect(hidden?.get('privacy')).toBe('id')
  })

  it('comes in as the provider asserts it, and not at all when the caller hides it', async () => {
    const carrier = await site.begun(new TinyCarrier())
    const { box, anna } = await site.box([
      { name: 'carrier', server: carrier.hostPort, domain: 'carrier.test' },
    ])
    await anna.register()
    anna.answering = 'manual'
    const asserted = { 'P-Asserted-Identity': '<sip:0891112223@carrier.test>' }
    const seen: (string | undefined)[][] = []
    for (const headers of [asserted, { ...asserted, Privacy: 'id' }]) {
      const call = await carrier.callIn('+49301234501', '+4989000', `127.0.0.1:${box.server.port}`, headers)
      const { invite } = await anna.nextCall()
      seen.push([invite.get('from'), invite.get('p-asserted-identity')])
      call.cancel()
      await call.ended()
    }
    expect(seen).toEqual([
      [expect.stringContaining('<sip:+49891112223@carrier.test>'), undefined],
      [expect.stringContaining('<sip:anonymous@anonymous.invalid>'), undefined],
    ])
  })
})
