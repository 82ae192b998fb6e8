import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { alawOfLinear, linearOfAlaw } from './alaw.ts'
import { Srtp } from './srtp.ts'

const samplesPerPacket = 160
const sampleRate = 8_000
const keptSamples = 4_000
const headerBytes = 12
const notedSilenceMs = 60
const mostSilences = 1_000

/** What a tone meter heard over the last half second. */
export interface Heard {
  readonly packets: number
  /** Share of the energy that lies at the frequency asked for, 0…1. */
  readonly share: number
}

/** A time without a packet. Milliseconds of `performance.now()`. */
export interface Silence {
  readonly from: number
  readonly to: number
}

export type OpenUdp = (address: string, port: number) => Promise<Socket>

/** One RTP stream each way: sends a sine in PCMA, keeps what it receives. */
export class ToneMedia {
  readonly #hertz: number
  readonly #openUdp: OpenUdp
  readonly #samples: number[] = []
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #sent = 0
  #received = 0
  #lastAt: number | undefined
  readonly #silences: Silence[] = []
  #protection: { readonly ours: Srtp; readonly theirs: Srtp } | undefined

  constructor(hertz: number, openUdp: OpenUdp = bindUdp) {
    this.#hertz = hertz
    this.#openUdp = openUdp
  }

  /** From now on only encrypted; keys as in `a=crypto`. */
  encrypt(ours: string, theirs: string): void {
    this.#protection = { ours: new Srtp(ours), theirs: new Srtp(theirs) }
  }

  /** Opens the RTP socket and returns its port. */
  async open(address: string): Promise<number> {
    const socket = await this.#openUdp(address, 0)
    this.#socket = socket
    socket.on('message', (packet) => this.#hear(packet))
    return socket.address().port
  }

  /** Starts or redirects the stream. */
  sendTo({ address, port }: { address: string; port: number }): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => {
      const packet = this.#nextPacket()
      this.#socket?.send(this.#protection?.ours.protect(packet) ?? packet, port, address)
    }, 20)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket?.close()
    this.#socket = undefined
  }

  /** Times of more than 60 ms without a packet, since the first one. */
  get silences(): readonly Silence[] {
    return this.#silences
  }

  heard(hertz: number): Heard {
    return { packets: this.#received, share: shareAt(this.#samples, hertz) }
  }

  #noteArrival(now: number): void {
    const from = this.#lastAt
    this.#lastAt = now
    if (from !== undefined && now - from > notedSilenceMs && this.#silences.length < mostSilences)
      this.#silences.push({ from, to: now })
  }

  #nextPacket(): Buffer {
    const packet = Buffer.alloc(headerBytes + samplesPerPacket)
    packet.writeUInt8(0x80, 0)
    packet.writeUInt8(8, 1)
    packet.writeUInt16BE(this.#sent & 0xffff, 2)
    packet.writeUInt32BE((this.#sent * samplesPerPacket) >>> 0, 4)
    packet.writeUInt32BE(0x0c_a5_e0_00 + this.#hertz, 8)
    for (let index = 0; index < samplesPerPacket; index++) {
      const at = (this.#sent * samplesPerPacket + index) / sampleRate
      packet.writeUInt8(
        alawOfLinear(Math.round(8_000 * Math.sin(2 * Math.PI * this.#hertz * at))),
        headerBytes + index,
      )
    }
    this.#sent++
    return packet
  }

  #hear(data: Buffer): void {
    const packet = this.#protection ? this.#protection.theirs.unprotect(data) : data
    if (!packet || packet.length <= headerBytes || (packet.readUInt8(1) & 0x7f) !== 8) return
    this.#received++
    this.#noteArrival(performance.now())
    for (const code of packet.subarray(headerBytes)) this.#samples.push(linearOfAlaw(code))
    if (this.#samples.length > keptSamples) this.#samples.splice(0, this.#samples.length - keptSamples)
  }
}

async function bindUdp(address: string, port: number): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

/** Goertzel's measure: energy at one frequency, in proportion to all energy. */
export function shareAt(samples: readonly number[], hertz: number): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0)
  if (energy === 0) return 0
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate)
  let [last, before] = [0, 0]
  for (const sample of samples) [last, before] = [sample + turn * last - before, last]
  const power = last * last + before * before - turn * last * before
  return (2 * power) / (samples.length * energy)
}
