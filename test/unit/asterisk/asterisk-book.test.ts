import { describe, expect, it } from 'vitest'
import { AmiMessage } from '../../../src/drivers/asterisk/ami-message.ts'
import {
  readContact,
  readDeviceState,
  readHangup,
  readPeerContact,
  readRegistration,
} from '../../../src/drivers/asterisk/ami-readings.ts'
import { AsteriskBook } from '../../../src/drivers/asterisk/asterisk-book.ts'

const message = (headers: Readonly<Record<string, string>>) => new AmiMessage(Object.entries(headers))

const contact = {
  extension: '201',
  uri: 'sip:201@10.0.0.5:5060',
  isReachable: undefined,
  userAgent: undefined,
}

describe('what is known of an Asterisk', () => {
  it('follows its channels from their beginning to their end', () => {
    const book = new AsteriskBook()
    book.setChannels([message({ Uniqueid: '1.1', Channel: 'PJSIP/provider-1' })])
    expect(book.apply(message({ Event: 'Newchannel', Uniqueid: '1.2', Channel: 'PJSIP/x-2' }))).toBe(
      'changed',
    )
    expect(
      book.apply(message({ Event: 'Rename', Uniqueid: '1.2', Channel: 'PJSIP/x-2', Newname: 'PJSIP/y-2' })),
    ).toBe('changed')
    expect([...book.channels.values()]).toEqual([{ name: 'PJSIP/provider-1' }, { name: 'PJSIP/y-2' }])
    expect(book.apply(message({ Event: 'Hangup', Uniqueid: '1.1' }))).toBe('changed')
    expect(book.apply(message({ Event: 'Hangup', Uniqueid: '1.1' }))).toBeUndefined()
    expect(book.channels.size).toBe(1)
  })

  it('knows who calls whom on a channel, also after it has got another name', () => {
    const book = new AsteriskBook()
    const call = { Uniqueid: '1.1', Channel: 'PJSIP/x-1', CallerIDNum: '201', Exten: '030200' }
    book.apply(message({ ...call, Event: 'Newchannel' }))
    book.apply(message({ Event: 'Rename', Uniqueid: '1.1', Channel: 'PJSIP/x-1', Newname: 'PJSIP/y-1' }))
    expect([...book.channels.values()]).toEqual([{ name: 'PJSIP/y-1', caller: '201', dialled: '030200' }])
    book.setChannels([message({ ...call, CallerIDNum: '<unknown>' })])
    expect([...book.channels.values()]).toEqual([{ name: 'PJSIP/x-1', dialled: '030200' }])
  })

  it('is not thrown back by a list that is older than what came while it was read', () => {
    const book = new AsteriskBook()
    const channel = (id: string, more = {}) => message({ Uniqueid: id, Channel: `PJSIP/${id}`, ...more })
    const call = (id: string) => ({ ChanVariable: `CAUSEWAY_CALL=${id}` })
    book.channelsAsked()
    book.apply(channel('1', { Event: 'BridgeEnter', BridgeUniqueid: 'b', ...call('anna') }))
    book.apply(channel('2', { Event: 'BridgeEnter', BridgeUniqueid: 'b', ...call('bert') }))
    book.apply(channel('3', { Event: 'Hangup' }))
    book.setChannels([channel('1', call('anna')), channel('2', call('bert')), channel('3', call('carl'))])
    expect(book.bridges.partnersOf('anna')).toEqual(['bert'])
    expect(book.channels.size).toBe(2)
    book.setChannels([])
    expect(book.channels.size).toBe(0)
  })

  it('follows its devices, and drops those that are in a list no more', () => {
    const book = new AsteriskBook()
    book.addDevices([{ name: 'DAHDI/1', state: 'idle' }])
    book.setDevices('PJSIP', [
      { name: 'PJSIP/a', state: 'idle' },
      { name: 'PJSIP/b', state: 'idle' },
    ])
    book.setDevices('PJSIP', [{ name: 'PJSIP/a', state: 'idle' }])
    expect([...book.devices.keys()]).toEqual(['DAHDI/1', 'PJSIP/a'])
    const change = { Event: 'DeviceStateChange', Device: 'PJSIP/a', State: 'UNAVAILABLE' }
    expect(book.apply(message(change))).toBe('changed')
    expect(book.apply(message(change))).toBeUndefined()
    expect(book.devices.get('PJSIP/a')?.state).toBe('unavailable')
  })

  it('asks for contacts that are new to it, and follows those it knows', () => {
    const book = new AsteriskBook()
    book.setContacts('PJSIP', [contact])
    const about = { Event: 'ContactStatus', AOR: '201', URI: contact.uri }
    expect(book.apply(message({ ...about, AOR: '202', ContactStatus: 'Created' }))).toBe('contacts')
    expect(book.apply(message({ ...about, ContactStatus: 'Unreachable' }))).toBe('changed')
    expect(book.contacts[0]?.isReachable).toBe(false)
    expect(book.apply(message({ ...about, ContactStatus: 'Removed' }))).toBe('changed')
    expect(book.apply(message({ ...about, ContactStatus: 'Removed' }))).toBeUndefined()
    expect(book.contacts).toEqual([])
  })

  it('asks for the registrations when one of them changed', () => {
    expect(new AsteriskBook().apply(message({ Event: 'Registry', Status: 'Rejected' }))).toBe('registrations')
  })

  it('holds no more than its limits, however many it is told of', () => {
    const book = new AsteriskBook()
    for (let number = 0; number < 11_000; number++) {
      book.apply(message({ Event: 'Newchannel', Uniqueid: `${number}`, Channel: `PJSIP/a-${number}` }))
      book.apply(message({ Event: 'DeviceStateChange', Device: `PJSIP/${number}`, State: 'INUSE' }))
    }
    book.setContacts('PJSIP', Array(11_000).fill(contact))
    expect([book.channels.size, book.devices.size, book.contacts.length]).toEqual([10_000, 10_000, 10_000])
  })
})

describe('what Asterisk tells', () => {
  it.each([
    ['Not in use', 'idle'],
    ['NOT_INUSE', 'idle'],
    ['RINGINUSE', 'in-use'],
    ['Busy', 'busy'],
    ['Unavailable', 'unavailable'],
    ['INVALID', 'unavailable'],
    ['something new', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (text, state) => {
    expect(readDeviceState(text)).toBe(state)
  })

  it.each(['201;@5f2c', '201@@5f2c'])('is the contact of %s', (ObjectName) => {
    const read = readContact(message({ ObjectName, Uri: 'sip:201@10.0.0.5', Status: 'Reachable' }))
    expect(read).toMatchObject({ extension: '201', uri: 'sip:201@10.0.0.5', isReachable: true })
  })

  it('is no contact without URI or AoR', () => {
    expect(readContact(message({ ObjectName: '201;@1' }))).toBeUndefined()
    expect(readContact(message({ ObjectName: '201', Uri: 'sip:a@b' }))).toBeUndefined()
  })

  it('is the place of a phone of chan_sip, when it has one', () => {
    const peer = {
      ObjectName: '201',
      Dynamic: 'yes',
      IPaddress: '10.0.0.5',
      IPport: '5062',
      Status: 'OK (3 ms)',
    }
    expect(readPeerContact(message(peer))).toMatchObject({ uri: 'sip:201@10.0.0.5:5062', isReachable: true })
    expect(readPeerContact(message({ ...peer, IPaddress: '-none-', IPport: '0' }))).toBeUndefined()
    expect(readPeerContact(message({ ...peer, Dynamic: 'no' }))).toBeUndefined()
  })

  it('is a registration with its endpoint', () => {
    const detail = {
      ObjectName: 'carrier',
      ServerUri: 'sip:carrier.example',
      Status: 'Rejected',
      Endpoint: '',
    }
    expect(readRegistration(message(detail))).toEqual({
      name: 'carrier',
      endpoint: undefined,
      server: 'sip:carrier.example',
      isRegistered: false,
      state: 'Rejected',
    })
  })

  it('is why a channel ended, with the Call-ID that the dialplan gave it', () => {
    const hangup = {
      Event: 'Hangup',
      Channel: 'PJSIP/box-1',
      Cause: '34',
      ChanVariable: 'CAUSEWAY_CALL=abc-1',
    }
    expect(readHangup(message(hangup))).toEqual({ channel: 'PJSIP/box-1', callId: 'abc-1', cause: 34 })
    expect(readHangup(message({ ...hangup, ChanVariable: 'CAUSEWAY_CALL=' }))?.callId).toBeUndefined()
    expect(readHangup(message({ ...hangup, Cause: 'lots' }))).toBeUndefined()
  })
})
