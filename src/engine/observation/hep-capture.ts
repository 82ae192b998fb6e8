import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { Flow } from '../transport/flow.ts'
import { type HepEnd, hepPacket } from './hep-packet.ts'
import { MessageMarks } from './message-marks.ts'
import type { MessageWatcher } from './observed-transport.ts'

/** Where captured messages go. */
export interface CaptureSettings {
  /** Homer's host, numeric or a name. */
  readonly host: string
  readonly port: number
  /** Tells this box from others in Homer. */
  readonly captureId: number
  readonly password: string | undefined
}

export interface CaptureCounts {
  readonly sent: number
  /** Homer's name was not found (yet), too many packets were under way, or a message was too large. */
  readonly dropped: number
}

export interface CaptureParts {
  /** The box's address on a flow, as its neighbours see it. */
  readonly addressOf: (flow: Flow) => string
  readonly clock: Clock
  readonly log: Log
}

interface Line {
  readonly socket: Socket
  readonly address: string
  underWay: number
  readonly onSent: (error: Error | null) => void
}

/** Packets that may wait for the socket. */
const mostUnderWay = 512
/** Homer may move; a name server may come back. */
const lookUpEveryMs = 60_000

/** Shows every message to Homer by HEP over UDP: sent and forgotten, and dropped when that is not possible at once. */
export class HepCapture implements MessageWatcher, Part {
  readonly name = 'capture'
  readonly #settings: CaptureSettings
  readonly #parts: CaptureParts
  readonly #marks = new MessageMarks()
  #line: Line | undefined
  #nextLookUp: Timer | undefined
  #isStopped = false
  #sent = 0
  #dropped = 0
  #wasTold = false

  constructor(settings: CaptureSettings, parts: CaptureParts) {
    this.#settings = settings
    this.#parts = parts
  }

  get counts(): CaptureCounts {
    return { sent: this.#sent, dropped: this.#dropped }
  }

  /** Does not wait for Homer's name. */
  async start(): Promise<void> {
    this.#isStopped = false
    void this.#lookUp()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#nextLookUp?.cancel()
    this.#close()
  }

  saw(direction: 'in' | 'out', data: Buffer, flow: Flow): void {
    const line = this.#line
    const packet = line && line.underWay < mostUnderWay ? this.#packet(direction, data, flow) : undefined
    if (!line || !packet) {
      this.#dropped++
      return
    }
    line.underWay++
    line.socket.send(packet, this.#settings.port, line.address, line.onSent)
  }

  #packet(direction: 'in' | 'out', data: Buffer, flow: Flow): Buffer | undefined {
    const marks = this.#marks
    const hasCallId = marks.find(data)
    const near: HepEnd = { address: this.#parts.addressOf(flow), port: flow.localPort }
    const far: HepEnd = { address: flow.remoteAddress, port: flow.remotePort }
    return hepPacket({
      at: performance.timeOrigin + performance.now(),
      isDatagram: flow.transport === 'udp',
      source: direction === 'in' ? far : near,
      destination: direction === 'in' ? near : far,
      captureId: this.#settings.captureId,
      password: this.#settings.password,
      callId: hasCallId ? data.toString('latin1', marks.callIdStart, marks.callIdEnd) : '',
      payload: data,
    })
  }

  async #lookUp(): Promise<void> {
    const { host } = this.#settings
    const { clock, log } = this.#parts
    try {
      const { address } = await lookup(host)
      if (this.#isStopped) return
      if (address !== this.#line?.address) this.#open(address)
      this.#wasTold = false
    } catch (error) {
      if (!this.#wasTold) log.warn({ host, error }, 'the name of the capture server is not found')
      this.#wasTold = true
    }
    if (!this.#isStopped) this.#nextLookUp = clock.after(lookUpEveryMs, () => void this.#lookUp())
  }

  #open(address: string): void {
    this.#close()
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    socket.on('error', (cause) => this.#parts.log.warn({ cause }, 'capture socket error'))
    socket.unref()
    const line: Line = {
      socket,
      address,
      underWay: 0,
      onSent: (error) => {
        line.underWay--
        if (error) this.#dropped++
        else this.#sent++
      },
    }
    this.#line = line
  }

  #close(): void {
    this.#line?.socket.close()
    this.#line = undefined
  }
}
