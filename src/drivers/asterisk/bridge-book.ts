import type { AmiMessage } from './ami-message.ts'

interface BridgedChannel {
  readonly name: string
  /** Of its SIP call, when the dialplan or chan_sip makes it known. */
  readonly callId: string | undefined
  /** Undefined while it is in none. */
  readonly bridge: string | undefined
}

const mostChannels = 10_000
/** Local channels between two calls: hunting groups and follow-me make a few. */
const mostSteps = 8

/** Which channels of an Asterisk talk to each other, by its events of bridges. */
export class BridgeBook {
  /** By Uniqueid. */
  readonly #channels = new Map<string, BridgedChannel>()

  /** From `CoreShowChannel` events. */
  setChannels(entries: readonly AmiMessage[]): void {
    this.#channels.clear()
    for (const entry of entries) this.#set(entry, entry.get('BridgeId') || undefined)
  }

  apply(event: AmiMessage): void {
    const id = event.get('Uniqueid') ?? ''
    switch (event.event.toLowerCase()) {
      case 'hangup':
        this.#channels.delete(id)
        break
      case 'rename':
        this.#rename(id, event.get('Newname'))
        break
      case 'newchannel':
        this.#set(event, undefined)
        break
      case 'bridgeenter':
        this.#set(event, event.get('BridgeUniqueid'))
        break
      case 'bridgeleave':
        // It may have entered another one already.
        if (this.#channels.get(id)?.bridge === event.get('BridgeUniqueid')) this.#set(event, undefined)
    }
  }

  /** Call-IDs of all that this call talks to; undefined when it is not known, or with whom. */
  partnersOf(callId: string): readonly string[] | undefined {
    const channel = this.#find((each) => each.callId === callId)
    if (!channel) return undefined
    const partners = this.#across(channel, mostSteps)
    const known = partners.flatMap((partner) => partner.callId ?? [])
    return known.length === partners.length ? known : undefined
  }

  /** The others in its bridge; a Local channel stands for whom its other half talks to. */
  #across(channel: BridgedChannel, steps: number): readonly BridgedChannel[] {
    if (channel.bridge === undefined || steps === 0) return []
    return [...this.#channels.values()]
      .filter((other) => other !== channel && other.bridge === channel.bridge)
      .flatMap((other) => {
        const half = otherHalf(other.name)
        const beyond = half === undefined ? undefined : this.#find(({ name }) => name === half)
        return beyond ? this.#across(beyond, steps - 1) : [other]
      })
  }

  #find(test: (channel: BridgedChannel) => boolean): BridgedChannel | undefined {
    for (const channel of this.#channels.values()) if (test(channel)) return channel
    return undefined
  }

  #rename(id: string, name: string | undefined): void {
    const known = this.#channels.get(id)
    if (known && name) this.#channels.set(id, { ...known, name })
  }

  #set(message: AmiMessage, bridge: string | undefined): void {
    const id = message.get('Uniqueid')
    const name = message.get('Channel')
    if (!id || !name) return
    const known = this.#channels.get(id)
    if (!known && this.#channels.size >= mostChannels) return
    const told = message.variable('CAUSEWAY_CALL') || message.variable('SIPCALLID')
    this.#channels.set(id, { name, callId: told || known?.callId, bridge })
  }
}

function otherHalf(name: string): string | undefined {
  const half = /^(Local\/.+;)([12])$/.exec(name)
  return half?.[1] && half[1] + (half[2] === '1' ? '2' : '1')
}
