import { Worker } from 'node:worker_threads'
import type { ControlSpec } from '../../engine/control/control-server.ts'
import type { EngineCounts } from '../../engine/engine.ts'
import type { EngineSettings } from '../../engine/engine-settings.ts'
import type { TracedMessage } from '../../engine/observation/traced-message.ts'
import type { Standing } from '../../engine/protection/standing.ts'
import type { Penalty } from '../../engine/transaction/penalty-table.ts'
import type { ListeningPoint } from '../../engine/transport/flow.ts'
import type { Hop, HopQuery } from '../../engine/transport/hop.ts'
import type { ListenSpec } from '../../engine/transport/listen-spec.ts'
import { checkCredentials, type TlsCredentials } from '../../engine/transport/tls-credentials.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { EngineAnswer, EngineQuestion, FromWorker, ToWorker, WorkerTask } from './worker-messages.ts'

export interface EngineWorkerOptions {
  readonly listen: readonly ListenSpec[]
  readonly control: ControlSpec
  readonly dns: WorkerTask['dns']
  readonly settings?: Partial<EngineSettings>
  /** Asked at the start; the same after a restart keeps record-routed dialogs alive. */
  readonly recordRouteSecret?: () => string
  /** Hosts that end in one of these, such as `peer.example.org`, are asked of `resolvePeer`. */
  readonly peerSuffixes?: readonly string[]
  /** The local end of a SIP link to a peer. Rejects when the peer cannot be reached. */
  readonly resolvePeer?: (query: HopQuery) => readonly Hop[] | Promise<readonly Hop[]>
  /** Others are told another address from now on. */
  readonly onMoved?: (listeningPoints: readonly ListeningPoint[]) => void
  /** The thread has died after a good start. */
  readonly onCrash?: (cause: Error) => void
  readonly isDebugging?: boolean
  /** The module that runs in the thread; only tests need another. */
  readonly entry?: URL
  readonly log: Log
}

/** The engine could not start; the message is the engine's own, such as which port is in use, and by whom. */
export class EngineStartFailed extends Error {
  override readonly name = 'EngineStartFailed'
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

// What the main thread gets on its command line (package.json): three semi-spaces of 8 MiB, and an old generation of which
// V8 collects at 1.6 times what was alive, not at 4 times (docs/performance.md).
const resourceLimits = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1_024 }
/** A small machine with a cold cache takes its time; a process that is given up begins with the same cold cache. */
const startWithinMs = 120_000
const stopWithinMs = 3_000
const answerWithinMs = 2_000

/** The SIP engine in a thread of its own, so that calls do not wait for what else the box does. */
export class EngineWorker implements Part {
  readonly name = 'sip engine'
  readonly #options: EngineWorkerOptions
  #worker: Worker | undefined
  #exited = Promise.withResolvers<void>()
  #isStopping = false
  #controlPort = 0
  #listeningPoints: readonly ListeningPoint[] = []
  #lastId = 0
  readonly #asked = new Map<number, PromiseWithResolvers<EngineAnswer>>()

  constructor(options: EngineWorkerOptions) {
    this.#options = options
  }

  /** 0 before the start. */
  get controlPort(): number {
    return this.#controlPort
  }

  get listeningPoints(): readonly ListeningPoint[] {
    return this.#listeningPoints
  }

  /** Rejects with EngineStartFailed. */
  async start(): Promise<void> {
    const { listen, control, dns, peerSuffixes = [], isDebugging = false, recordRouteSecret } = this.#options
    const settings = {
      ...this.#options.settings,
      ...(recordRouteSecret && { recordRouteSecret: recordRouteSecret() }),
    }
    const task: WorkerTask = { listen, control, settings, dns, peerSuffixes, isDebugging }
    const started = Promise.withResolvers<void>()
    const worker = new Worker(this.#options.entry ?? new URL('./worker-entry.ts', import.meta.url), {
      workerData: task,
      name: 'sip-engine',
      resourceLimits,
    })
    this.#worker = worker
    this.#isStopping = false
    worker.on('message', (message: FromWorker) => this.#onMessage(message, started))
    worker.on('error', (cause) => this.#onEnd(asError(cause), started))
    const exited = Promise.withResolvers<void>()
    this.#exited = exited
    worker.on('exit', (code) => {
      exited.resolve()
      this.#onEnd(new Error(`the engine's thread ended with code ${code}`), started)
    })
    const timer = setTimeout(
      () => started.reject(new EngineStartFailed('the engine did not start in time')),
      startWithinMs,
    )
    try {
      await started.promise
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    this.#isStopping = true
    this.#worker = undefined
    this.#post(worker, { type: 'stop' })
    const timer = setTimeout(() => void worker.terminate(), stopWithinMs)
    await this.#exited.promise
    clearTimeout(timer)
  }

  /** Peers of other overlays have become known, or gone. */
  setPeerSuffixes(suffixes: readonly string[]): void {
    if (this.#worker) this.#post(this.#worker, { type: 'suffixes', suffixes })
  }

  /** Sources that are known to be users', or get no answer; undefined: strangers. */
  setStanding(source: string, standing: Standing | undefined): void {
    if (this.#worker) this.#post(this.#worker, { type: 'standing', source, standing })
  }

  /** Addresses that no limit applies to, besides those of the settings. */
  setNeighbours(addresses: readonly string[]): void {
    if (this.#worker) this.#post(this.#worker, { type: 'neighbours', addresses })
  }

  /** Shows other certificates from now on; connections go on. Throws, and changes nothing, when they are of no use. */
  replaceCredentials(credentials: TlsCredentials): void {
    checkCredentials(credentials)
    if (this.#worker) this.#post(this.#worker, { type: 'credentials', credentials })
  }

  /** Rejects when the engine's thread does not answer in time. */
  async answers(withinMs = answerWithinMs): Promise<void> {
    await this.#ask({ about: 'presence' }, withinMs)
  }

  /** What the engine has counted. Rejects when it does not answer in time. */
  async counts(): Promise<EngineCounts> {
    const answer = await this.#ask({ about: 'counts' })
    return answer.value
  }

  /** Next hops that are tried last for the time being. Rejects when the engine does not answer in time. */
  async penalties(): Promise<readonly Penalty[]> {
    const answer = await this.#ask({ about: 'penalties' })
    return answer.value
  }

  /** See `Engine.messagesOf`. Rejects when the engine does not answer in time. */
  async messagesOf(callId: string, legPrefix: string | undefined): Promise<readonly TracedMessage[]> {
    const answer = await this.#ask({ about: 'call', callId, legPrefix })
    return answer.value
  }

  async #ask<Question extends EngineQuestion>(
    question: Question,
    withinMs = answerWithinMs,
  ): Promise<Extract<EngineAnswer, { about: Question['about'] }>> {
    if (!this.#worker) throw new Error('the engine is not running')
    const id = ++this.#lastId
    const asked = Promise.withResolvers<EngineAnswer>()
    this.#asked.set(id, asked)
    const timer = setTimeout(() => asked.reject(new Error('the engine does not answer')), withinMs)
    this.#post(this.#worker, { type: 'ask', id, question })
    try {
      // The worker answers what it is asked.
      return (await asked.promise) as Extract<EngineAnswer, { about: Question['about'] }>
    } finally {
      clearTimeout(timer)
      this.#asked.delete(id)
    }
  }

  #onMessage(message: FromWorker, started: PromiseWithResolvers<void>): void {
    switch (message.type) {
      case 'ready':
        this.#controlPort = message.controlPort
        this.#listeningPoints = message.listeningPoints
        started.resolve()
        break
      case 'moved':
        this.#listeningPoints = message.listeningPoints
        this.#options.onMoved?.(message.listeningPoints)
        break
      case 'failed':
        this.#isStopping = true
        started.reject(new EngineStartFailed(message.message, message.code))
        break
      case 'log':
        this.#options.log[message.level](message.fields, message.sentence)
        break
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.answer)
        break
      case 'resolve':
        void this.#resolvePeer(message.id, message.query)
        break
    }
  }

  async #resolvePeer(id: number, query: HopQuery): Promise<void> {
    const answer = await this.#findPeer(query)
    if (this.#worker) this.#post(this.#worker, { type: 'hops', id, ...answer })
  }

  async #findPeer(query: HopQuery): Promise<{ hops: readonly Hop[]; error: string | undefined }> {
    try {
      const hops = (await this.#options.resolvePeer?.(query)) ?? []
      return { hops, error: hops.length === 0 ? `peer ${query.host} is not known` : undefined }
    } catch (error) {
      return { hops: [], error: asError(error).message }
    }
  }

  #onEnd(cause: Error, started: PromiseWithResolvers<void>): void {
    started.reject(cause)
    for (const answer of this.#asked.values()) answer.reject(cause)
    if (this.#isStopping || !this.#worker) return
    this.#isStopping = true
    this.#worker = undefined
    this.#options.log.error({ error: cause }, 'the sip engine has died')
    this.#options.onCrash?.(cause)
  }

  #post(worker: Worker, message: ToWorker): void {
    worker.postMessage(message)
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
