import type {
  AsteriskChannel,
  AsteriskContact,
  AsteriskDevice,
  AsteriskRegistration,
  AsteriskState,
} from '../../domain/asterisk-state.ts'
import type { AmiMessage } from './ami-message.ts'
import { readChannel, readDevice, readReachable } from './ami-readings.ts'
import { BridgeBook } from './bridge-book.ts'

/** What an event leaves to be asked for: it says that something changed, but not all of what. */
export type AmiQuestion = 'contacts' | 'registrations'

/** Asterisk's two SIP channel drivers, as their devices are named. */
export type SipDriver = 'PJSIP' | 'SIP'

const mostDevices = 10_000
const mostContacts = 10_000
const mostRegistrations = 1_000
const mostChannels = 10_000
const mostMeanwhile = 10_000
const ofChannels = new Set(['newchannel', 'rename', 'hangup', 'bridgeenter', 'bridgeleave'])

/** What is known of one Asterisk: put in whole from its lists, kept up to date by its events, and bounded. */
export class AsteriskBook implements AsteriskState {
  readonly devices = new Map<string, AsteriskDevice>()
  /** By Uniqueid. */
  readonly channels = new Map<string, AsteriskChannel>()
  readonly bridges = new BridgeBook()
  /** Another array after each change, the same one before. */
  contacts: readonly AsteriskContact[] = []
  registrations: readonly AsteriskRegistration[] = []
  /** What came since the list of channels was asked for: its rows may be older. */
  #meanwhile: AmiMessage[] | undefined
  readonly #contacts = new Map<SipDriver, readonly AsteriskContact[]>()
  readonly #registrations = new Map<SipDriver, readonly AsteriskRegistration[]>()

  /** States of any devices; the others stay as they are. */
  addDevices(devices: readonly AsteriskDevice[]): void {
    for (const device of devices) this.#setDevice(device)
  }

  /** All devices of a SIP driver. */
  setDevices(driver: SipDriver, devices: readonly AsteriskDevice[]): void {
    const names = new Set(devices.map(({ name }) => name))
    for (const name of this.devices.keys())
      if (name.startsWith(`${driver}/`) && !names.has(name)) this.devices.delete(name)
    this.addDevices(devices)
  }

  setContacts(driver: SipDriver, contacts: readonly AsteriskContact[]): void {
    this.#contacts.set(driver, contacts.slice(0, mostContacts))
    this.contacts = [...this.#contacts.values()].flat()
  }

  setRegistrations(driver: SipDriver, registrations: readonly AsteriskRegistration[]): void {
    this.#registrations.set(driver, registrations.slice(0, mostRegistrations))
    this.registrations = [...this.#registrations.values()].flat()
  }

  /** Their list is on its way. */
  channelsAsked(): void {
    this.#meanwhile = []
  }

  /** From `CoreShowChannel` events. */
  setChannels(entries: readonly AmiMessage[]): void {
    const meanwhile = this.#meanwhile ?? []
    this.#meanwhile = undefined
    this.channels.clear()
    this.bridges.setChannels(entries)
    for (const entry of entries) this.#setChannel(entry.get('Uniqueid'), readChannel(entry))
    for (const event of meanwhile) this.apply(event)
  }

  /** Takes an event in. Returns what has to be asked for, `changed` when all is said, undefined when it is no news. */
  apply(event: AmiMessage): AmiQuestion | 'changed' | undefined {
    this.bridges.apply(event)
    if (
      this.#meanwhile &&
      ofChannels.has(event.event.toLowerCase()) &&
      this.#meanwhile.length < mostMeanwhile
    )
      this.#meanwhile.push(event)
    switch (event.event.toLowerCase()) {
      case 'newchannel':
        return this.#setChannel(event.get('Uniqueid'), readChannel(event))
      case 'rename':
        return this.#rename(event.get('Uniqueid'), event.get('Newname'))
      case 'hangup':
        return this.channels.delete(event.get('Uniqueid') ?? '') ? 'changed' : undefined
      case 'devicestatechange': {
        const device = readDevice(event)
        return device && this.#setDevice(device)
      }
      case 'contactstatus':
        return this.#contactStatus(event)
      case 'registry':
        return 'registrations'
      // chan_sip tells of its phones so.
      case 'peerstatus':
        return event.get('ChannelType') === 'SIP' ? 'contacts' : undefined
    }
    return undefined
  }

  #contactStatus(event: AmiMessage): AmiQuestion | 'changed' | undefined {
    const uri = event.get('URI')
    const extension = event.get('AOR')
    const status = event.get('ContactStatus') ?? ''
    const all = this.#contacts.get('PJSIP') ?? []
    const known = all.find((each) => each.uri === uri && each.extension === extension)
    if (!known) return status === 'Removed' ? undefined : 'contacts'
    const others = all.filter((each) => each !== known)
    const isReachable = readReachable(status)
    if (status === 'Removed') this.setContacts('PJSIP', others)
    else if (isReachable === undefined || isReachable === known.isReachable) return undefined
    else this.setContacts('PJSIP', [...others, { ...known, isReachable }])
    return 'changed'
  }

  #setDevice(device: AsteriskDevice): 'changed' | undefined {
    const known = this.devices.get(device.name)
    if (known?.state === device.state) return undefined
    if (!known && this.devices.size >= mostDevices) return undefined
    this.devices.set(device.name, device)
    return 'changed'
  }

  #rename(id: string | undefined, name: string | undefined): 'changed' | undefined {
    if (!id || !name) return undefined
    return this.#setChannel(id, { ...this.channels.get(id), name })
  }

  #setChannel(id: string | undefined, channel: AsteriskChannel | undefined): 'changed' | undefined {
    if (!id || !channel) return undefined
    if (!this.channels.has(id) && this.channels.size >= mostChannels) return undefined
    this.channels.set(id, channel)
    return 'changed'
  }
}
