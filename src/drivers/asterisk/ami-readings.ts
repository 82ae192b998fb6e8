import type {
  AsteriskChannel,
  AsteriskContact,
  AsteriskDevice,
  AsteriskDeviceState,
  AsteriskHangup,
  AsteriskRegistration,
} from '../../domain/asterisk-state.ts'
import type { AmiMessage } from './ami-message.ts'

// Words of devicestate.c in both spellings that are in use: `NOT_INUSE`, `Not in use`. Letters only, lower case.
const deviceStates: Readonly<Record<string, AsteriskDeviceState>> = {
  notinuse: 'idle',
  inuse: 'in-use',
  ringing: 'in-use',
  ringinuse: 'in-use',
  ringinginuse: 'in-use',
  onhold: 'in-use',
  busy: 'busy',
  unavailable: 'unavailable',
  invalid: 'unavailable',
}

export function readDeviceState(text: string | undefined): AsteriskDeviceState {
  return deviceStates[(text ?? '').toLowerCase().replace(/[^a-z]/g, '')] ?? 'unknown'
}

/** From `EndpointList` (PJSIPShowEndpoints). */
export function readEndpoint(message: AmiMessage): AsteriskDevice | undefined {
  const name = message.get('ObjectName')
  return name ? { name: `PJSIP/${name}`, state: readDeviceState(message.get('DeviceState')) } : undefined
}

/** From `DeviceStateChange` (DeviceStateList, and the event). */
export function readDevice(message: AmiMessage): AsteriskDevice | undefined {
  const name = message.get('Device')
  return name ? { name, state: readDeviceState(message.get('State')) } : undefined
}

/** From `PeerEntry` (SIPpeers of chan_sip). */
export function readPeer(message: AmiMessage): AsteriskDevice | undefined {
  const name = message.get('ObjectName')
  if (!name) return undefined
  const status = message.get('Status') ?? ''
  const isGone = /^(unreachable|unknown)/i.test(status) || message.get('IPaddress') === '-none-'
  return { name: `SIP/${name}`, state: isGone ? 'unavailable' : 'idle' }
}

/** From `ContactList` (PJSIPShowContacts). */
export function readContact(message: AmiMessage): AsteriskContact | undefined {
  const uri = message.get('Uri')
  // The object is named after its AoR and a hash of the contact: `201;@5f2c…`, `201@@5f2c…` in later versions.
  const [extension] = /^.+?(?=(?:;@|@@))/.exec(message.get('ObjectName') ?? '') ?? []
  if (!uri || !extension) return undefined
  return {
    extension,
    uri,
    isReachable: readReachable(message.get('Status')),
    userAgent: message.get('UserAgent')?.slice(0, 200),
  }
}

/** From a dynamic `PeerEntry` (SIPpeers of chan_sip), which tells the address only. */
export function readPeerContact(message: AmiMessage): AsteriskContact | undefined {
  const extension = message.get('ObjectName')
  const address = message.get('IPaddress')
  const port = Number(message.get('IPport'))
  if (!extension || message.get('Dynamic') !== 'yes' || !address || address === '-none-' || !(port > 0))
    return undefined
  const host = address.includes(':') ? `[${address}]` : address
  return {
    extension,
    uri: `sip:${extension}@${host}:${port}`,
    isReachable: readReachable(
      /^ok/i.test(message.get('Status') ?? '') ? 'Reachable' : message.get('Status'),
    ),
    userAgent: undefined,
  }
}

export function readReachable(status: string | undefined): boolean | undefined {
  if (/^reachable/i.test(status ?? '')) return true
  return /^unreachable/i.test(status ?? '') ? false : undefined
}

/** From `OutboundRegistrationDetail` (PJSIPShowRegistrationsOutbound). */
export function readRegistration(message: AmiMessage): AsteriskRegistration | undefined {
  const name = message.get('ObjectName')
  const state = message.get('Status') ?? ''
  if (!name) return undefined
  return {
    name,
    endpoint: message.get('Endpoint') || undefined,
    server: message.get('ServerUri') ?? '',
    isRegistered: state === 'Registered',
    state,
  }
}

/** From `RegistryEntry` (SIPshowregistry of chan_sip). */
export function readRegistryEntry(message: AmiMessage): AsteriskRegistration | undefined {
  const server = message.get('Host')
  const state = message.get('State') ?? ''
  if (!server) return undefined
  const name = `${message.get('Username') ?? ''}@${server}`
  return { name, endpoint: undefined, server, isRegistered: state === 'Registered', state }
}

/** From `Newchannel` and `CoreShowChannel`. */
export function readChannel(message: AmiMessage): AsteriskChannel | undefined {
  const name = message.get('Channel')
  if (!name) return undefined
  return { name, caller: readNumber(message.get('CallerIDNum')), dialled: readNumber(message.get('Exten')) }
}

function readNumber(text: string | undefined): string | undefined {
  return !text || text === '<unknown>' ? undefined : text
}

/** From `Hangup`. */
export function readHangup(message: AmiMessage): AsteriskHangup | undefined {
  const cause = Number(message.get('Cause'))
  const channel = message.get('Channel')
  if (!channel || !Number.isInteger(cause) || cause < 0 || cause > 127) return undefined
  const callId = message.variable('CAUSEWAY_CALL') || message.variable('SIPCALLID')
  return { channel, callId: callId || undefined, cause }
}
