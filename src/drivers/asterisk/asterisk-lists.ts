import type { AmiMessage } from './ami-message.ts'
import {
  readContact,
  readDevice,
  readEndpoint,
  readPeer,
  readPeerContact,
  readRegistration,
  readRegistryEntry,
} from './ami-readings.ts'
import { AmiTrouble } from './ami-trouble.ts'
import type { AmiQuestion, AsteriskBook } from './asterisk-book.ts'

/** A session, as far as it is asked for lists. */
export interface ListSource {
  list(name: string, take: (entries: readonly AmiMessage[]) => void): Promise<void>
}

type TakeInto = (book: AsteriskBook, entries: readonly AmiMessage[]) => void

const devices: TakeInto = (book, entries) => book.addDevices(entries.flatMap(each(readDevice)))
const endpoints: TakeInto = (book, entries) => book.setDevices('PJSIP', entries.flatMap(each(readEndpoint)))
const contacts: TakeInto = (book, entries) => book.setContacts('PJSIP', entries.flatMap(each(readContact)))
const registrations: TakeInto = (book, entries) =>
  book.setRegistrations('PJSIP', entries.flatMap(each(readRegistration)))
const peers: TakeInto = (book, entries) => {
  book.setDevices('SIP', entries.flatMap(each(readPeer)))
  book.setContacts('SIP', entries.flatMap(each(readPeerContact)))
}
const registry: TakeInto = (book, entries) =>
  book.setRegistrations('SIP', entries.flatMap(each(readRegistryEntry)))
const channels: TakeInto = (book, entries) => book.setChannels(entries)

/** Actions by what they tell. Those of a module that is not loaded there are refused, and nothing is missed. */
const actions: Readonly<Record<AmiQuestion | 'all', Readonly<Record<string, TakeInto>>>> = {
  contacts: { PJSIPShowContacts: contacts, SIPpeers: peers },
  registrations: { PJSIPShowRegistrationsOutbound: registrations, SIPshowregistry: registry },
  all: {
    DeviceStateList: devices,
    PJSIPShowEndpoints: endpoints,
    PJSIPShowContacts: contacts,
    PJSIPShowRegistrationsOutbound: registrations,
    SIPpeers: peers,
    SIPshowregistry: registry,
    CoreShowChannels: channels,
  },
}

/**
 * Reads lists of an Asterisk into the book. Resolves to what the account there may not ask, in Asterisk's words; rejects
 * with `AmiTrouble` when the session is lost.
 */
export async function readLists(
  source: ListSource,
  question: AmiQuestion | 'all',
  book: AsteriskBook,
): Promise<readonly string[]> {
  const forbidden: string[] = []
  for (const [name, takeInto] of Object.entries(actions[question])) {
    if (takeInto === channels) book.channelsAsked()
    try {
      await source.list(name, (entries) => takeInto(book, entries))
    } catch (error) {
      if (!(error instanceof AmiTrouble) || error.kind !== 'refused') throw error
      if (/permission/i.test(error.message)) forbidden.push(error.message)
      // "No endpoints found" and the like: a list that is empty.
      else if (/\bno\b.*\bfound\b/i.test(error.message)) takeInto(book, [])
    }
  }
  return forbidden
}

/** For flatMap: what cannot be read is left out. */
function each<Value>(read: (message: AmiMessage) => Value | undefined): (message: AmiMessage) => Value[] {
  return (message) => {
    const value = read(message)
    return value === undefined ? [] : [value]
  }
}
