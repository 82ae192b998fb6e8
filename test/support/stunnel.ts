import { writeFileSync } from 'node:fs'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from './child-program.ts'
import { TemporaryFolder } from './temporary-folder.ts'

export interface StunnelOptions {
  /** Plain TCP on one loopback port goes to a TLS server on another, whose certificate is checked. */
  readonly client?: { readonly accept: number; readonly connect: number; readonly caFile: string }
  /** TLS on one loopback port goes to a plain TCP server on another. */
  readonly server?: {
    readonly address: string
    readonly accept: number
    readonly connect: number
    readonly certFile: string
    readonly keyFile: string
  }
}

/** Debian's stunnel, for programs that speak no TLS themselves. */
export class Stunnel implements Part {
  readonly name = 'stunnel'
  readonly #options: StunnelOptions
  readonly #folder = new TemporaryFolder('stunnel')
  #program: ChildProgram | undefined

  constructor(options: StunnelOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const file = this.#folder.file('stunnel.conf')
    writeFileSync(file, this.#config())
    this.#program = await ChildProgram.start({
      command: 'stunnel4',
      args: [file],
      ready: /Configuration successful/,
    })
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
    this.#folder.remove()
  }

  #config(): string {
    const { client, server } = this.#options
    const lines = ['foreground = yes', 'pid =', 'debug = notice']
    if (client) {
      lines.push('[client]', 'client = yes', ...ends(client))
      lines.push(`CAfile = ${client.caFile}`, 'verifyChain = yes', 'checkIP = 127.0.0.1')
    }
    if (server)
      lines.push('[server]', ...ends(server), `cert = ${server.certFile}`, `key = ${server.keyFile}`)
    return `${lines.join('\n')}\n`
  }
}

interface Ends {
  readonly address?: string
  readonly accept: number
  readonly connect: number
}

function ends({ address = '127.0.0.1', accept, connect }: Ends): string[] {
  return [`accept = ${address}:${accept}`, `connect = 127.0.0.1:${connect}`]
}
