import { describe, expect, it } from 'vitest'
import type { AsteriskDeviceState, AsteriskState } from '../../../src/domain/asterisk-state.ts'
import { AsteriskLine, lineState } from '../../../src/trunk/asterisk-line.ts'
import { HangUpCauses } from '../../../src/trunk/hang-up-causes.ts'

function asterisk(
  devices: Readonly<Record<string, AsteriskDeviceState>>,
  { channels = [], registrations = [] }: { channels?: string[]; registrations?: [string, boolean][] } = {},
): AsteriskState {
  return {
    devices: new Map(Object.entries(devices).map(([name, state]) => [name, { name, state }])),
    contacts: [],
    registrations: registrations.map(([name, isRegistered]) => {
      return { name, endpoint: undefined, server: 'sip:carrier.example', isRegistered, state: '' }
    }),
    channels: new Map(channels.map((name, index) => [String(index), { name }])),
  }
}

describe('the line of an Asterisk that is a trunk', () => {
  it('is up, with the calls that it carries by whomever', () => {
    const channels = ['PJSIP/carrier-0001', 'PJSIP/carrier-0002', 'PJSIP/carrier-2-0003', 'PJSIP/201-0004']
    expect(lineState('PJSIP/carrier', asterisk({ 'PJSIP/carrier': 'in-use' }, { channels }))).toMatchObject({
      kind: 'up',
      channelsUsed: 2,
    })
  })

  it('is down when its endpoint is unavailable', () => {
    expect(lineState('PJSIP/carrier', asterisk({ 'PJSIP/carrier': 'unavailable' }))).toMatchObject({
      kind: 'down',
      text: 'PJSIP/carrier is unavailable at the Asterisk',
    })
  })

  it('is down whatever a line does whose name begins with its name', () => {
    const devices = { 'PJSIP/carrier': 'unavailable', 'PJSIP/carrier-backup': 'idle' } as const
    expect(lineState('PJSIP/carrier', asterisk(devices)).kind).toBe('down')
  })

  it('is down when the registration of that name is lost, whatever the endpoint says', () => {
    const devices = { 'PJSIP/carrier': 'idle' } as const
    const lost = asterisk(devices, { registrations: [['carrier-reg-0', false]] })
    expect(lineState('PJSIP/carrier', lost).kind).toBe('down')
    const other = asterisk(devices, { registrations: [['another', false]] })
    expect(lineState('PJSIP/carrier', other).kind).toBe('up')
  })

  it('of several ports is up while one of them is, and full when all that are left are busy', () => {
    expect(lineState('DAHDI', asterisk({ 'DAHDI/1': 'unavailable', 'DAHDI/2': 'idle' })).kind).toBe('up')
    expect(lineState('DAHDI', asterisk({ 'DAHDI/1': 'unavailable', 'DAHDI/2': 'busy' }))).toMatchObject({
      kind: 'up',
      channelsUsed: undefined,
    })
    expect(lineState('DAHDI', asterisk({ 'DAHDI/1': 'unavailable' })).kind).toBe('down')
  })

  it('is unknown while Asterisk does not tell, and when it knows no such line', () => {
    const away = { state: () => undefined, onChange: () => undefined }
    expect(new AsteriskLine('PJSIP/carrier', away).state().kind).toBe('unknown')
    expect(lineState('PJSIP/carrier', asterisk({ 'PJSIP/201': 'idle' })).kind).toBe('unknown')
    const there = { ...away, state: () => asterisk({ 'PJSIP/201': 'unavailable' }) }
    expect(new AsteriskLine(undefined, there).state().kind).toBe('unknown')
  })
})

describe('the cause of a hang-up', () => {
  it('belongs to the call that it names', () => {
    const causes = new HangUpCauses()
    causes.saw({ channel: 'PJSIP/box-1', callId: 'a-1', cause: 34 })
    causes.saw({ channel: 'PJSIP/box-2', callId: undefined, cause: 17 })
    expect([causes.causeOf('a-1'), causes.causeOf('a-2')]).toEqual([34, undefined])
  })

  it('is not guessed when two channels of a call say different things, or nothing', () => {
    const causes = new HangUpCauses()
    causes.saw({ channel: 'PJSIP/box-1', callId: 'a-1', cause: 34 })
    causes.saw({ channel: 'Local/x-1', callId: 'a-1', cause: 0 })
    expect(causes.causeOf('a-1')).toBe(34)
    causes.saw({ channel: 'PJSIP/box-2', callId: 'a-1', cause: 16 })
    causes.saw({ channel: 'PJSIP/box-1', callId: 'a-1', cause: 34 })
    expect(causes.causeOf('a-1')).toBeUndefined()
  })
})
