// What an Asterisk tells of itself over its manager interface, in words of our own.

export type AsteriskDeviceState = 'idle' | 'in-use' | 'busy' | 'unavailable' | 'unknown'

/** A place where a call can go to or come from: an endpoint, a peer, a port of a card. */
export interface AsteriskDevice {
  /** As Asterisk writes it: `PJSIP/201`, `DAHDI/1`. */
  readonly name: string
  readonly state: AsteriskDeviceState
}

/** Where a phone has registered. */
export interface AsteriskContact {
  /** Name of the AoR at the Asterisk, mostly the extension. */
  readonly extension: string
  readonly uri: string
  /** By OPTIONS of the Asterisk; undefined when it does not ask. */
  readonly isReachable: boolean | undefined
  readonly userAgent: string | undefined
}

/** A registration of the Asterisk at somebody else, a provider mostly. */
export interface AsteriskRegistration {
  readonly name: string
  /** Endpoint that belongs to it, if the config there says so. */
  readonly endpoint: string | undefined
  readonly server: string
  readonly isRegistered: boolean
  /** In Asterisk's own word: `Registered`, `Rejected`. */
  readonly state: string
}

export interface AsteriskChannel {
  /** `PJSIP/provider-0000001a` */
  readonly name: string
  /** Number of who calls, and what was dialled, as known when the channel was made. */
  readonly caller?: string | undefined
  readonly dialled?: string | undefined
}

/** A channel has ended. */
export interface AsteriskHangup {
  readonly channel: string
  /** Call-ID of the SIP call, when the dialplan or chan_sip makes it known. */
  readonly callId: string | undefined
  /** Q.850 */
  readonly cause: number
}

/** What is known of an Asterisk now; it changes while it is looked at. */
export interface AsteriskState {
  readonly devices: ReadonlyMap<string, AsteriskDevice>
  readonly contacts: readonly AsteriskContact[]
  readonly registrations: readonly AsteriskRegistration[]
  readonly channels: ReadonlyMap<string, AsteriskChannel>
}
