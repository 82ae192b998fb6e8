import { describe, expect, test } from 'vitest'
import { AmiMessage } from '../../../src/drivers/asterisk/ami-message.ts'
import { BridgeBook } from '../../../src/drivers/asterisk/bridge-book.ts'

type Fields = Readonly<Record<string, string>>

function event(name: string, id: string, channel: string, more: Fields = {}): AmiMessage {
  return new AmiMessage([['Event', name], ['Channel', channel], ['Uniqueid', id], ...Object.entries(more)])
}

const callId = (value: string) => ({ ChanVariable: `CAUSEWAY_CALL=${value}` })
const enters = (id: string, channel: string, bridge: string, more: Fields = {}) =>
  event('BridgeEnter', id, channel, { BridgeUniqueid: bridge, ...more })

function bookOf(...events: readonly AmiMessage[]): BridgeBook {
  const book = new BridgeBook()
  for (const each of events) book.apply(each)
  return book
}

describe('who talks to whom at an Asterisk', () => {
  const anna = enters('1', 'PJSIP/201-1', 'b', callId('from-anna'))
  const bert = enters('2', 'PJSIP/202-2', 'b', callId('to-bert'))

  test('is in the events of bridges', () => {
    const book = bookOf(event('Newchannel', '1', 'PJSIP/201-1'), anna, bert)
    expect(book.partnersOf('from-anna')).toEqual(['to-bert'])
    expect(book.partnersOf('to-bert')).toEqual(['from-anna'])
    expect(book.partnersOf('unheard')).toBeUndefined()
  })

  test('is in the list of channels', () => {
    const book = bookOf(event('BridgeEnter', '9', 'PJSIP/209-9', { BridgeUniqueid: 'b' }))
    const listed = (id: string, name: string, call: string) =>
      event('CoreShowChannel', id, name, { BridgeId: 'b', ...callId(call) })
    book.setChannels([listed('1', 'PJSIP/201-1', 'from-anna'), listed('2', 'PJSIP/202-2', 'to-bert')])
    expect(book.partnersOf('from-anna')).toEqual(['to-bert'])
  })

  test('is nobody any more when one has left, or has hung up', () => {
    const leaves = event('BridgeLeave', '2', 'PJSIP/202-2', { BridgeUniqueid: 'b' })
    expect(bookOf(anna, bert, leaves).partnersOf('from-anna')).toEqual([])
    expect(bookOf(anna, bert, leaves).partnersOf('to-bert')).toEqual([])
    expect(bookOf(anna, bert, event('Hangup', '2', 'PJSIP/202-2')).partnersOf('from-anna')).toEqual([])
  })

  test('is somebody else after a transfer, in whatever order the events come', () => {
    const carl = enters('3', 'PJSIP/203-3', 'c', callId('to-carl'))
    const moved = enters('1', 'PJSIP/201-1', 'c')
    const left = event('BridgeLeave', '1', 'PJSIP/201-1', { BridgeUniqueid: 'b' })
    expect(bookOf(anna, bert, carl, moved, left).partnersOf('from-anna')).toEqual(['to-carl'])
  })

  test('is everybody in a conference', () => {
    const carl = enters('3', 'PJSIP/203-3', 'b', callId('to-carl'))
    expect(bookOf(anna, bert, carl).partnersOf('from-anna')).toEqual(['to-bert', 'to-carl'])
  })

  test('is not told when the partner has no Call-ID here', () => {
    expect(bookOf(anna, enters('2', 'DAHDI/1-1', 'b')).partnersOf('from-anna')).toBeUndefined()
  })

  test('is found through Local channels, which groups put between', () => {
    const one = enters('4', 'Local/202@group-00000001;1', 'b')
    const two = enters('5', 'Local/202@group-00000001;2', 'c')
    const far = enters('2', 'PJSIP/202-2', 'c', callId('to-bert'))
    expect(bookOf(anna, one, two, far).partnersOf('from-anna')).toEqual(['to-bert'])
    expect(bookOf(anna, one, two, far).partnersOf('to-bert')).toEqual(['from-anna'])
  })
})
