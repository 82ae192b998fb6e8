import type { AsteriskRegistration, AsteriskState } from '../domain/asterisk-state.ts'

/** The line behind an Asterisk that is a trunk. */
export interface LineWatch {
  state(): LineState
  /** Called when the state may have changed. */
  onChange(listener: () => void): void
}

/** `unknown`: nobody can tell now, so that SIP alone decides. `text` is for the operator. */
export type LineState =
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'down'; readonly text: string }
  /** `channelsUsed`: by everybody, the calls of this box among them; undefined when it takes no more. */
  | { readonly kind: 'up'; readonly channelsUsed: number | undefined; readonly text: string }

export interface WatchedState {
  /** Undefined while the manager interface is away. */
  state(): AsteriskState | undefined
  onChange(listener: () => void): void
}

/** The line of one trunk: what its Asterisk tells of the device of that name. */
export class AsteriskLine implements LineWatch {
  readonly #line: string | undefined
  readonly #asterisk: WatchedState
  /** As of the last change: an Asterisk may have thousands of devices, and every call asks. */
  #read: LineState | undefined

  /** `line` as Asterisk names it: `PJSIP/provider`, `DAHDI`; undefined when the trunk names none. */
  constructor(line: string | undefined, asterisk: WatchedState) {
    this.#line = line
    this.#asterisk = asterisk
    asterisk.onChange(() => {
      this.#read = undefined
    })
  }

  state(): LineState {
    this.#read ??= this.#readState()
    return this.#read
  }

  onChange(listener: () => void): void {
    this.#asterisk.onChange(listener)
  }

  #readState(): LineState {
    const state = this.#asterisk.state()
    if (!state) return { kind: 'unknown', text: 'Asterisk does not tell' }
    if (this.#line === undefined) return { kind: 'unknown', text: 'no line of the Asterisk is named' }
    return lineState(this.#line, state)
  }
}

/** A line of several ports is up while one of them is. */
export function lineState(line: string, { devices, registrations, channels }: AsteriskState): LineState {
  const own = [...devices.values()].filter(({ name }) => isDeviceOf(name, line))
  if (own.length > 0 && own.every(({ state }) => state === 'unavailable'))
    return { kind: 'down', text: `${line} is unavailable at the Asterisk` }
  const registered = registrations.filter((each) => isOfLine(each, line))
  if (registered.length > 0 && registered.every(({ isRegistered }) => !isRegistered))
    return { kind: 'down', text: `${line} is not registered at ${registered[0]?.server ?? ''}` }
  if (own.length === 0) return { kind: 'unknown', text: `the Asterisk knows no ${line}` }
  if (own.every(({ state }) => state === 'busy' || state === 'unavailable'))
    return { kind: 'up', channelsUsed: undefined, text: `${line} is busy` }
  const used = [...channels.values()].filter(({ name }) => isChannelOf(name, line)).length
  return { kind: 'up', channelsUsed: used, text: `${line} carries ${used} calls` }
}

/** `DAHDI/1` is a port of `DAHDI`; `PJSIP/provider-backup` is another line than `PJSIP/provider`. */
function isDeviceOf(name: string, line: string): boolean {
  return name === line || name.startsWith(`${line}/`)
}

/** `PJSIP/provider-0000001a` is a channel of `PJSIP/provider`. */
function isChannelOf(name: string, line: string): boolean {
  return isDeviceOf(name, line) || isDeviceOf(name.replace(/-[^-]*$/, ''), line)
}

// A registration of PJSIP need not name its endpoint; by habit, and from pjsip_wizard, it has its name.
function isOfLine({ name, endpoint }: AsteriskRegistration, line: string): boolean {
  const own = line.replace(/^[^/]+\//, '')
  return endpoint === own || name === own || name.startsWith(`${own}-reg-`)
}
