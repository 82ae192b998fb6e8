import { afterEach, describe, expect, it } from 'vitest'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TrunkSite } from '../trunk/a-site.ts'

const site = new TrunkSite()
afterEach(() => site.end())

async function boxAndCarrier() {
  const carrier = await site.begun(new TinyCarrier())
  const trunk = {
    name: 'carrier',
    server: carrier.hostPort,
    domain: 'carrier.test',
    numberFormat: 'national',
    numbers: {
      to: '+e164',
      from: 'e164',
      identity: 'international',
      out: [{ match: '0.', replace: '1234#{all}', headers: ['requestUri'] }],
      in: [{ match: 'XX', replace: '+49301234{all}', headers: ['requestUri'] }],
    },
  }
  const numbering = {
    country: 'DE',
    areaCode: '30',
    extensionPattern: '2XX',
    outsideLinePrefix: '0',
    callersOnPhones: 'national',
    rules: [{ match: '8(XXX)', dial: '+49891234{1}' }],
    shortNumbers: { '77': '202@site-a.example' },
    dids: [{ numbers: ['+4930123400..+4930123499'], to: '2{last:2}@site-a.example' }],
  }
  return { carrier, ...(await site.box([trunk], { numbering })) }
}

describe('the number plan of a box', () => {
  it('writes a number as the carrier wants it in each header', async () => {
    const { carrier, anna } = await boxAndCarrier()
    for (const dialled of ['003022732152', '8123']) {
      const call = await anna.call(dialled)
      await call.answered()
      await call.hangUp()
    }
    const [byDigits, byRule] = carrier.invites
    expect(byDigits?.uri).toMatch(/^sip:1234%2303022732152@/)
    expect(byDigits?.get('to')).toContain('<sip:+493022732152@carrier.test')
    expect(byDigits?.get('from')).toContain('<sip:49301234501@carrier.test')
    expect(byDigits?.get('p-asserted-identity')).toContain('0049301234501')
    expect(byRule?.uri).toMatch(/^sip:1234%230891234123@/)
  })

  it('finds users by blocks of numbers and by short numbers, and shows who calls as he is called back', async () => {
    const { carrier, box, anna, kid } = await boxAndCarrier()
    await kid.register()
    kid.answering = 'manual'
    const outside = await carrier.callIn('02', '08923300', `127.0.0.1:${box.server.port}`)
    expect((await kid.nextCall()).invite.get('from')).toContain('<sip:008923300@')
    outside.cancel()
    await outside.ended()

    const inside = await anna.call('77')
    expect((await kid.nextCall()).invite.get('from')).toContain('<sip:201@site-a.example>')
    inside.cancel()
    await inside.ended()
  })
})
