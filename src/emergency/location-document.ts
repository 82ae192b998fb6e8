import type { CivicAddress } from '../config/sections/emergency.ts'
import type { Place } from './places.ts'

/** Whose location it is, and since when it is known (milliseconds since the Unix epoch). */
export interface Located {
  /** URI of the caller. */
  readonly entity: string
  readonly country: string
  readonly at: number
}

// RFC 5139 §3.1, in the order of its list.
const elements: readonly (readonly [key: keyof CivicAddress, element: string])[] = [
  ['state', 'A1'],
  ['city', 'A3'],
  ['street', 'RD'],
  ['house', 'HNO'],
  ['postcode', 'PC'],
  ['name', 'NAM'],
  ['building', 'BLD'],
  ['floor', 'FLR'],
  ['room', 'ROOM'],
]

/**
 * The place as a PIDF-LO document (RFC 4119, RFC 5139, RFC 5491), with the words for people as its note. Undefined for a
 * place of which nothing is known.
 */
export function printLocation(place: Place, { entity, country, at }: Located): string | undefined {
  const { location, civic } = place
  if (location === '' && !civic) return undefined
  const address = [
    `<ca:country>${escaped(civic?.country ?? country)}</ca:country>`,
    ...elements.flatMap(([key, element]) => {
      const value = civic?.[key]
      return value ? [`<ca:${element}>${escaped(value)}</ca:${element}>`] : []
    }),
    // What has no parts is said as it is: LOC is additional location information (RFC 4119 §2.2.1).
    ...(civic ? [] : [`<ca:LOC>${escaped(location)}</ca:LOC>`]),
  ]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<presence xmlns="urn:ietf:params:xml:ns:pidf"',
    ' xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"',
    ' xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"',
    ` entity="${escaped(entity)}">`,
    '<tuple id="caller"><status><gp:geopriv>',
    `<gp:location-info><ca:civicAddress>${address.join('')}</ca:civicAddress></gp:location-info>`,
    // Whoever helps to answer the call may hand it on.
    '<gp:usage-rules><gp:retransmission-allowed>yes</gp:retransmission-allowed></gp:usage-rules>',
    '<gp:method>Manual</gp:method>',
    '</gp:geopriv></status>',
    ...(location === '' ? [] : [`<note>${escaped(location)}</note>`]),
    `<timestamp>${new Date(at).toISOString()}</timestamp>`,
    '</tuple></presence>',
    '',
  ].join('\r\n')
}

/** The words for people in a PIDF-LO document of another box; undefined when there are none. */
export function readLocationNote(document: string): string | undefined {
  const note = /<(?:\w+:)?note(?:\s[^>]*)?>([^<]*)</.exec(document)?.[1]
  return note && unescaped(note).trim().slice(0, longestNote)
}

const longestNote = 500

const entities: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
}

function escaped(text: string): string {
  // XML 1.0 §2.2: control characters cannot be written at all.
  const printable = text.replace(/\p{Cc}/gu, ' ')
  return printable.replace(/[&<>"']/g, (character) => `&${entities[character]};`)
}

function unescaped(text: string): string {
  const named = (name: string) => Object.keys(entities).find((character) => entities[character] === name)
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => named(name) ?? whole)
}
