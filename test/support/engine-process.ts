import type { Part } from '../../src/lib/part.ts'
import { causewayCommand } from './causeway-command.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import type { NamedEngine } from './named-engine.ts'

const host = '127.0.0.1'
const secret = 'open sesame'

/** `causeway engine` as a process of its own: what a drachtio-server is to a box. It keeps its ports over `kill()`. */
export class EngineProcess implements Part {
  readonly name = 'engine process'
  readonly #ports = Promise.all([freePort(), freePort()])
  #program: ChildProgram | undefined

  async engine(): Promise<NamedEngine> {
    const [control, sip] = await this.#ports
    return { control: { host, port: control, secret }, sip: { host, port: sip } }
  }

  async start(): Promise<void> {
    const { control, sip } = await this.engine()
    const contact = `sip:${host}:${sip.port};transport=udp,tcp`
    const options = ['--control', `${host}:${control.port}`, '--contact', contact]
    this.#program = await ChildProgram.start({
      command: process.execPath,
      args: [...causewayCommand, 'engine', ...options],
      env: { DRACHTIO_SECRET: secret },
      ready: /"msg":"listening"/,
      readyMs: 30_000,
    })
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#program?.kill('SIGKILL')
    await this.#program?.exited(5_000)
    this.#program = undefined
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
  }
}
