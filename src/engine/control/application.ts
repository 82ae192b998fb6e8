import type { Socket } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { type AppFrame, AppFrameError, readAppFrame } from './app-frame.ts'
import { FrameError, FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import { answerLeader } from './leader.ts'

export interface ApplicationLimits {
  /** Longest frame from an application, in bytes. */
  readonly maxFrameBytes: number
  /** Bytes that may wait for an application that does not read; more cost it its connection. */
  readonly maxQueuedBytes: number
  readonly authenticateWithinMs: number
}

export interface ApplicationEvents {
  onFrame(application: Application, frame: AppFrame): void
  onClosed(application: Application): void
}

/**
 * Tag of applications that keep up when the echo of what they sent comes in one write with what it led to. drachtio-srf
 * is none: it loses a response that comes with the echo of its request.
 */
const lateEchoTag = 'late-echo'

/** How long what can wait for company does. */
const echoWithinMs = 5
const reportWithinMs = 25

// `authenticate` is all that a stranger may send.
const strangerFrameBytes = 4096
const closeWithinMs = 1_000

let lastNumber = 0

/** One connection of a program that uses drachtio-srf. */
export class Application {
  readonly number = ++lastNumber
  readonly remote: string
  isAuthenticated = false
  tags: readonly string[] = []
  readonly verbs = new Set<string>()
  readonly #socket: Socket
  readonly #limits: ApplicationLimits
  readonly #clock: Clock
  readonly #events: ApplicationEvents
  readonly #log: Log
  readonly #reader = new FrameReader(strangerFrameBytes)
  readonly #writer: FrameWriter
  #takesLateEchoes = false
  #isClosing = false

  constructor(socket: Socket, limits: ApplicationLimits, clock: Clock, log: Log, events: ApplicationEvents) {
    this.#socket = socket
    this.#limits = limits
    this.#clock = clock
    this.#events = events
    this.remote = `${socket.remoteAddress}:${socket.remotePort}`
    this.#log = log.child({ application: this.number, remote: this.remote })
    this.#writer = new FrameWriter((bytes) => this.#write(bytes), clock)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    const patience = clock.after(limits.authenticateWithinMs, () => this.#giveUpOnStranger())
    socket.on('data', (chunk) => this.#onData(chunk))
    socket.on('error', (cause) => this.#log.info({ cause: cause.message }, 'application connection failed'))
    socket.on('close', () => {
      patience.cancel()
      this.#isClosing = true
      this.#events.onClosed(this)
    })
  }

  get isConnected(): boolean {
    return !this.#isClosing
  }

  /** Lifts the limits that hold for strangers. */
  authenticated(tags: readonly string[]): void {
    this.isAuthenticated = true
    this.tags = tags
    this.#takesLateEchoes = tags.includes(lateEchoTag)
    this.#reader.limit = this.#limits.maxFrameBytes
  }

  send(leader: string, message?: Buffer): void {
    if (!this.#isClosing) this.#writer.frame(leader, message)
  }

  /** Answers a frame with the message as it went out. */
  echo(leader: string, message: Buffer): void {
    this.#sendWithin(echoWithinMs, leader, message)
  }

  /** Tells what became of something that goes on without the application. */
  report(leader: string, message?: Buffer): void {
    this.#sendWithin(reportWithinMs, leader, message)
  }

  /** Answers a frame `OK`. */
  ok(frameId: string, rest = ''): void {
    this.send(answerLeader(frameId, 'OK', rest))
  }

  /** The SIP side refuses; the connection stays. */
  refuse(frameId: string, reason: string): void {
    this.send(answerLeader(frameId, 'NOK', reason))
  }

  /** The frame itself was wrong; the connection ends. */
  reject(frameId: string, reason: string): void {
    this.#log.warn({ reason }, 'application refused')
    this.send(answerLeader(frameId, 'NO', reason))
    this.close()
  }

  close(): void {
    if (this.#isClosing) return
    this.#writer.flush()
    this.#isClosing = true
    this.#socket.destroySoon()
    // What it does not read by then it has no use for.
    this.#clock.after(closeWithinMs, () => this.#socket.destroy())
  }

  #sendWithin(milliseconds: number, leader: string, message: Buffer | undefined): void {
    if (this.#isClosing) return
    if (this.#takesLateEchoes) this.#writer.patientFrame(leader, message, milliseconds)
    else this.#writer.frame(leader, message)
  }

  #onData(chunk: Buffer): void {
    if (this.#isClosing) return
    try {
      for (const payload of this.#reader.push(chunk)) {
        if (this.#isClosing) return
        this.#events.onFrame(this, readAppFrame(payload))
      }
    } catch (error) {
      this.#giveUpOn(error)
    }
  }

  #giveUpOn(error: unknown): void {
    if (error instanceof AppFrameError) {
      this.reject(error.frameId, error.message)
    } else if (error instanceof FrameError) {
      this.#log.warn({ cause: error.message }, 'application does not speak the control protocol')
      this.close()
    } else {
      throw error
    }
  }

  #write(bytes: Buffer): void {
    if (this.#socket.destroyed) return
    this.#socket.write(bytes)
    if (this.#socket.writableLength <= this.#limits.maxQueuedBytes) return
    this.#log.warn({ queuedBytes: this.#socket.writableLength }, 'application does not read, disconnected')
    this.#isClosing = true
    this.#socket.destroy()
  }

  #giveUpOnStranger(): void {
    if (this.isAuthenticated) return
    this.#log.warn({}, 'application did not authenticate in time')
    this.close()
  }
}
