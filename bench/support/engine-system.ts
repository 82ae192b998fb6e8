import { fileURLToPath } from 'node:url'
import { ChildProgram } from '../../test/support/child-program.ts'
import { freePort } from '../../test/support/free-port.ts'
import type { SipSystem } from './sip-system.ts'

const program = fileURLToPath(new URL('./engine-program.ts', import.meta.url))
const address = '127.0.0.1'

/** The embedded engine under programs that do nothing else: what of the box's cost is the engine's. */
export function engineSystems(calleePort: number): readonly SipSystem[] {
  return [
    new EngineSystem('engine, our stack, B2BUA', 'stack-b2bua', calleePort),
    new EngineSystem('engine, our stack, proxy', 'stack-proxy', calleePort),
    new EngineSystem('engine, drachtio-srf createB2BUA', 'srf-b2bua', calleePort),
    new EngineSystem('engine, drachtio-srf proxyRequest', 'srf-proxy', calleePort),
  ]
}

class EngineSystem implements SipSystem {
  readonly name: string
  readonly called = 'callee@bench.test'
  readonly #mode: string
  readonly #calleePort: number
  #port = 0
  #program: ChildProgram | undefined

  constructor(name: string, mode: string, calleePort: number) {
    this.name = name
    this.#mode = mode
    this.#calleePort = calleePort
  }

  get target(): string {
    return `${address}:${this.#port}`
  }

  get pid(): number {
    if (!this.#program) throw new Error(`${this.name} is not started`)
    return this.#program.pid
  }

  async start(): Promise<void> {
    this.#port = await freePort(address)
    this.#program = await ChildProgram.start({
      command: process.execPath,
      args: [program, this.#mode, `${address}:${this.#port}`, `${address}:${this.#calleePort}`],
      ready: /^ready$/,
    })
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
  }
}
