import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:dgram'
import type { Socket as TcpSocket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Part } from '../../src/lib/part.ts'
import type { NetworkNamespace } from './network-namespace.ts'
import { within } from './within.ts'

export type DoorQuestion =
  | { readonly id: number; readonly type: 'fetch'; readonly url: string }
  | { readonly id: number; readonly type: 'udp' | 'tcp'; readonly address: string; readonly port: number }

export type DoorAnswer =
  | { readonly id: number; readonly type: 'fetched'; readonly status: number; readonly body: string }
  /** A bound UDP socket, or a connected TCP one, comes with it. */
  | { readonly id: number; readonly type: 'opened' }
  | { readonly id: number; readonly type: 'failed'; readonly reason: string }

interface Come {
  readonly answer: DoorAnswer
  readonly handle: unknown
}

type WithoutId<Question> = Question extends unknown ? Omit<Question, 'id'> : never

const program = fileURLToPath(new URL('./namespace-door-program.ts', import.meta.url))
const answerWithinMs = 20_000

/** A way for this process into another network namespace: its UDP sockets can be used here, its web servers asked. */
export class NamespaceDoor implements Part {
  readonly name = 'door into a namespace'
  readonly #namespace: NetworkNamespace
  readonly #open = new Map<number, (come: Come) => void>()
  readonly #atExit = () => this.#child?.kill('SIGKILL')
  #asked = 0
  #child: ChildProcess | undefined

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace
  }

  async start(): Promise<void> {
    const args = ['netns', 'exec', this.#namespace.name, process.execPath, program]
    const child = spawn('ip', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    process.once('exit', this.#atExit)
    child.on('message', (answer: DoorAnswer, handle) => this.#open.get(answer.id)?.({ answer, handle }))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    child.once('spawn', resolve)
    child.once('error', reject)
    await promise
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    process.off('exit', this.#atExit)
    if (!child?.connected) return
    const { promise, resolve } = Promise.withResolvers<void>()
    child.once('exit', () => resolve())
    child.disconnect()
    await within(answerWithinMs, 'the door to close', promise)
  }

  /** As `fetch` does, from within. */
  async fetch(url: string): Promise<Response> {
    const { answer } = await this.#ask({ type: 'fetch', url })
    if (answer.type !== 'fetched') throw new Error(`GET ${url} in the namespace: ${reasonOf(answer)}`)
    return new Response(answer.body, { status: answer.status })
  }

  /** A bound UDP socket of the namespace. */
  async openUdp(address: string, port = 0): Promise<Socket> {
    const { answer, handle } = await this.#ask({ type: 'udp', address, port })
    if (answer.type !== 'opened') throw new Error(`${address}:${port} in the namespace: ${reasonOf(answer)}`)
    return handle as Socket
  }

  /** A TCP connection made in the namespace. */
  async connectTcp(address: string, port: number): Promise<TcpSocket> {
    const { answer, handle } = await this.#ask({ type: 'tcp', address, port })
    if (answer.type !== 'opened') throw new Error(`${address}:${port} in the namespace: ${reasonOf(answer)}`)
    return handle as TcpSocket
  }

  async #ask(question: WithoutId<DoorQuestion>): Promise<Come> {
    const child = this.#child
    if (!child?.connected) throw new Error('the door is not open')
    const id = ++this.#asked
    const { promise, resolve } = Promise.withResolvers<Come>()
    this.#open.set(id, resolve)
    child.send({ id, ...question })
    return within(answerWithinMs, `the door: ${question.type}`, promise).finally(() => this.#open.delete(id))
  }
}

function reasonOf(answer: DoorAnswer): string {
  return answer.type === 'failed' ? answer.reason : `answered ${answer.type}`
}
