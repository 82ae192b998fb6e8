import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { toneFile } from './tone-file.ts'
import { eventually, within } from './within.ts'

export interface BaresipOptions {
  readonly aor: string
  readonly password: string
  /** Where it sends all its requests. */
  readonly server: { readonly host: string; readonly port: number }
  readonly transport: 'udp' | 'tcp' | 'tls'
  /** The authority of the server's certificate, which is checked. */
  readonly caFile?: string
  readonly address?: string
  /** How long it asks to be registered, in seconds. */
  readonly expires?: number
  /** A network namespace that the test has made, and the way into it. */
  readonly namespace?: string
  readonly connectTcp?: (address: string, port: number) => Promise<Socket>
  /** In hertz: what it says in a call. */
  readonly tone?: number
}

interface BaresipEvent {
  readonly type: string
  readonly param?: string
  readonly peeruri?: string
}

/** Debian's baresip, driven by its control port. It answers every call. */
export class Baresip implements Part {
  readonly name = 'baresip'
  readonly #options: BaresipOptions
  readonly #folder = new TemporaryFolder('baresip')
  #program: ChildProgram | undefined
  #control: Socket | undefined
  #unread = Buffer.alloc(0)
  readonly #events: BaresipEvent[] = []

  constructor(options: BaresipOptions) {
    this.#options = options
  }

  /** Resolves when it has registered. */
  async start(): Promise<void> {
    const { namespace, expires = 300 } = this.#options
    const controlPort = namespace === undefined ? await freePort() : 4_444
    const { aor, password, server, transport, tone = 440 } = this.#options
    writeFileSync(this.#folder.file('tone.wav'), toneFile(tone))
    writeFileSync(this.#folder.file('accounts'), '')
    writeFileSync(this.#folder.file('contacts'), '')
    writeFileSync(this.#folder.file('config'), this.#config(controlPort))
    this.#program = await ChildProgram.start({
      command: 'baresip',
      namespace,
      args: ['-f', this.#folder.path],
      ready: /baresip is ready/,
    })
    await this.#connect(controlPort)
    const outbound = `outbound="sip:${server.host}:${server.port};transport=${transport}"`
    const settings = `auth_pass=${password};${outbound};answermode=auto;regint=${expires};audio_codecs=PCMA`
    this.command('uanew', `<sip:${aor};transport=${transport}>;${settings}`)
    await this.event('REGISTER_OK')
  }

  async stop(): Promise<void> {
    this.#control?.destroy()
    await this.#program?.stop()
    this.#program = undefined
    this.#folder.remove()
  }

  call(target: string): void {
    this.command('dial', target)
  }

  hangUp(): void {
    this.command('hangup')
  }

  /** One that came already and was not asked for yet, or the next: `CALL_ESTABLISHED`, `CALL_CLOSED`, … */
  event(type: string): Promise<BaresipEvent> {
    return eventually(15_000, `${type} of baresip`, () => {
      const index = this.#events.findIndex((event) => event.type === type)
      return index >= 0 && this.#events.splice(index, 1)[0]
    }).catch((cause: Error) => {
      const seen = this.#events.map((event) => `${event.type} ${event.param ?? ''}`).join(', ')
      throw new Error(`${cause.message}; seen: ${seen}\n${this.#program?.lastWords}`, { cause })
    })
  }

  command(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: command })
    this.#control?.write(`${Buffer.byteLength(text)}:${text},`)
  }

  async #connect(port: number): Promise<void> {
    const connected = (this.#options.connectTcp ?? connectTcp)('127.0.0.1', port)
    const socket = await within(5_000, 'the control port of baresip', connected)
    this.#control = socket
    socket.on('data', (data) => this.#receive(data))
  }

  /** Netstrings: `length:text,`. */
  #receive(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data])
    for (;;) {
      const colon = this.#unread.indexOf(':')
      const end = colon + 1 + Number(this.#unread.toString('latin1', 0, Math.max(colon, 0)))
      if (colon < 0 || this.#unread.length <= end) return
      const message = JSON.parse(this.#unread.toString('utf8', colon + 1, end)) as Partial<BaresipEvent>
      this.#unread = this.#unread.subarray(end + 1)
      const { type } = message
      if (type !== undefined) this.#events.push({ ...message, type })
    }
  }

  #config(controlPort: number): string {
    const { address = '127.0.0.1', caFile } = this.#options
    return [
      // Without a network but loopback it would not know an address for its SDP.
      `net_interface ${address}`,
      `sip_listen ${address}:0`,
      ...(caFile === undefined ? [] : [`sip_cafile ${caFile}`, 'sip_verify_server yes']),
      `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
      `audio_source aufile,${this.#folder.file('tone.wav')}`,
      'audio_srate 8000-8000',
      'audio_channels 1-1',
      'rtp_ports 32000-32400',
      'module_path /usr/lib/baresip/modules',
      'module g711.so',
      'module aufile.so',
      'module_tmp uuid.so',
      'module_tmp account.so',
      'module_app menu.so',
      'module_app ctrl_tcp.so',
      '',
    ].join('\n')
  }
}

async function connectTcp(address: string, port: number): Promise<Socket> {
  const socket = connect(port, address)
  await once(socket, 'connect')
  return socket
}
