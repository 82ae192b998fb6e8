import { expect, it } from 'vitest'
import { printLocation, readLocationNote } from '../../../src/emergency/location-document.ts'

const located = { entity: 'sip:201@site-a.example', country: 'DE', at: Date.UTC(2026, 10, 21) }

it('has the address in the elements of RFC 5139, and the words for people as its note', () => {
  const civic = {
    city: 'Berlin',
    street: 'Hauptstr.',
    house: '5',
    postcode: '10115',
    floor: '2',
    name: 'A & B',
  }
  const document = printLocation({ location: 'Hauptstr. 5 <rear>', civic }, located) ?? ''
  expect(document).toContain(
    '<ca:country>DE</ca:country><ca:A3>Berlin</ca:A3><ca:RD>Hauptstr.</ca:RD><ca:HNO>5</ca:HNO>' +
      '<ca:PC>10115</ca:PC><ca:NAM>A &amp; B</ca:NAM><ca:FLR>2</ca:FLR>',
  )
  expect(document).toContain('entity="sip:201@site-a.example"')
  expect(document).toContain('<timestamp>2026-11-21T00:00:00.000Z</timestamp>')
  expect(readLocationNote(document)).toBe('Hauptstr. 5 <rear>')
})

it('of a place without parts says it as it is', () => {
  const document = printLocation({ location: 'Camp 3, by the river', civic: undefined }, located)
  expect(document).toContain('<ca:country>DE</ca:country><ca:LOC>Camp 3, by the river</ca:LOC>')
})

it('is none where nothing is known', () => {
  expect(printLocation({ location: '', civic: undefined }, located)).toBeUndefined()
  expect(readLocationNote('<presence/>')).toBeUndefined()
})

it('cannot be broken by what somebody wrote', () => {
  const document = printLocation({ location: 'a\u0000"</note><x>', civic: undefined }, located) ?? ''
  expect(document).not.toContain('<x>')
  expect(readLocationNote(document)).toBe('a "</note><x>')
})
