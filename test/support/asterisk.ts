import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Part } from '../../src/lib/part.ts'
import { type AsteriskRoot, asteriskRoot } from './asterisk-root.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { eventually } from './within.ts'

/** Words in the config files that stand for what is known only when the test runs. */
export interface AsteriskPlaces {
  /** `@ADDRESS@` */
  readonly address: string
  /** `@SIP_PORT@` */
  readonly sipPort: number
  /** `@AMI_PORT@` */
  readonly amiPort: number
  /** `@FOLDER@`: a place for recordings, gone after the test. */
  readonly folder: string
}

export interface AsteriskOptions {
  /**
   * Files of /etc/asterisk: `pjsip.conf` and `extensions.conf` at least. `manager.conf` is there (account `causeway`,
   * secret `secret`), `modules.conf` and `rtp.conf` too, unless they are given. `@WORDS@` are filled in.
   */
  readonly files: Readonly<Record<string, string>>
  readonly address?: string
  readonly sipPort?: number
  readonly namespace?: string
  readonly rtpPorts?: readonly [first: number, last: number]
}

/** A real Asterisk (PJSIP) with its own config, started from an unpacked Debian. Ports stay over `stop` and `start`. */
export class Asterisk implements Part {
  readonly name = 'asterisk'
  readonly address: string
  /** Modules that the next start does without. */
  readonly leftOut = new Set<string>()
  readonly #options: AsteriskOptions
  readonly #folder = new TemporaryFolder('asterisk')
  #root: AsteriskRoot | undefined
  #program: ChildProgram | undefined
  #sipPort: number
  #amiPort = 0

  constructor(options: AsteriskOptions) {
    this.#options = options
    this.address = options.address ?? '127.0.0.1'
    this.#sipPort = options.sipPort ?? 0
  }

  get sipPort(): number {
    return this.#sipPort
  }

  get amiPort(): number {
    return this.#amiPort
  }

  get hostPort(): string {
    return `${this.address}:${this.#sipPort}`
  }

  /** A file that the dialplan may write, as `@FOLDER@/name` in the config. */
  file(name: string): string {
    return join(this.#folder.path, 'recordings', name)
  }

  /** Warnings and errors since the start. */
  get log(): string {
    return readFileSync(join(this.#folder.path, 'log', 'messages'), 'utf8')
  }

  async start(): Promise<void> {
    this.#root ??= asteriskRoot()
    if (this.#sipPort === 0) this.#sipPort = this.#options.namespace ? 5060 : await freePort(this.address)
    // In a namespace that the test has made every port is free.
    if (this.#amiPort === 0) this.#amiPort = this.#options.namespace ? 5038 : await freePort(this.address)
    this.#writeConfig(this.#root)
    this.#program = await this.#run(['-f', '-n'])
    const program = this.#program
    try {
      const isUp = async () => {
        if (program.hasEnded) throw new Error('asterisk ended')
        return await this.#isBooted()
      }
      await eventually(20_000, 'asterisk to be up', isUp, 200)
    } catch (cause) {
      await this.kill()
      throw new Error(`${(cause as Error).message}:\n${program.lastWords}\n${this.#logIfAny()}`, { cause })
    }
  }

  /** Ends it in order: calls are hung up, AMI is told. */
  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
    this.#folder.remove()
  }

  /** As a power cut does; `start` again brings it back with the same ports. */
  async kill(): Promise<void> {
    this.#program?.kill('SIGKILL')
    await this.#program?.exited(5_000)
    this.#program = undefined
  }

  /** It stays, and does nothing any more: neither SIP nor AMI is answered. */
  freeze(): void {
    this.#program?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#program?.kill('SIGCONT')
  }

  /** A command of its console; resolves to what it printed. */
  async command(text: string): Promise<string> {
    const console = await this.#run(['-r', '-x', text])
    await console.exited(10_000)
    return console.lines.join('\n')
  }

  async #isBooted(): Promise<boolean> {
    return /fully booted/i.test(await this.command('core waitfullybooted'))
  }

  #run(words: readonly string[]): Promise<ChildProgram> {
    const root = this.#root
    if (!root) throw new Error('asterisk was not started')
    const config = join(this.#folder.path, 'etc', 'asterisk.conf')
    return ChildProgram.start({
      command: root.loader,
      args: ['--library-path', root.libraries.join(':'), root.program, '-C', config, ...words],
      namespace: this.#options.namespace,
      env: { LANG: 'C' },
    })
  }

  #writeConfig(root: AsteriskRoot): void {
    const { path } = this.#folder
    for (const name of ['etc', 'var', 'spool', 'run', 'log', 'recordings'])
      mkdirSync(join(path, name), { recursive: true })
    const [first, last] = this.#options.rtpPorts ?? [14_000, 14_999]
    const files = {
      'asterisk.conf': asteriskConf(path, root),
      'logger.conf': '[logfiles]\nmessages => notice,warning,error\n',
      'modules.conf': modulesConf(loaded.filter((name) => !this.leftOut.has(name))),
      'rtp.conf': `[general]\nrtpstart=${first}\nrtpend=${last}\nicesupport=no\n`,
      'manager.conf': managerConf,
      ...this.#options.files,
    }
    for (const [name, text] of Object.entries(files)) {
      const file = join(path, 'etc', name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, this.#filledIn(text))
    }
  }

  #filledIn(text: string): string {
    return text
      .replaceAll('@ADDRESS@', this.address)
      .replaceAll('@SIP_PORT@', String(this.#sipPort))
      .replaceAll('@AMI_PORT@', String(this.#amiPort))
      .replaceAll('@FOLDER@', join(this.#folder.path, 'recordings'))
  }

  #logIfAny(): string {
    try {
      return this.log
    } catch (error) {
      return `no log: ${(error as Error).message}`
    }
  }
}

function asteriskConf(folder: string, { modules, data }: AsteriskRoot): string {
  return `[directories]
astetcdir => ${folder}/etc
astmoddir => ${modules}
astvarlibdir => ${folder}/var
astdbdir => ${folder}/var
astkeydir => ${folder}/var
astdatadir => ${data}
astagidir => ${folder}/var
astspooldir => ${folder}/spool
astrundir => ${folder}/run
astlogdir => ${folder}/log

[options]
nocolor = yes
`
}

const managerConf = `[general]
enabled = yes
bindaddr = @ADDRESS@
port = @AMI_PORT@
channelvars = CAUSEWAY_CALL

[causeway]
secret = secret
read = system,call
write = system,call,originate,reporting
eventfilter = !Event: (RTCP|VarSet|Newexten)
`

const loaded = [
  ...['res_timing_timerfd', 'res_sorcery_astdb', 'res_sorcery_config', 'res_sorcery_memory', 'res_pjproject'],
  ...['res_pjsip', 'res_pjsip_session', 'res_pjsip_sdp_rtp', 'res_pjsip_caller_id', 'res_pjsip_dtmf_info'],
  ...['res_pjsip_authenticator_digest', 'res_pjsip_outbound_authenticator_digest', 'res_pjsip_acl'],
  ...['res_pjsip_endpoint_identifier_ip', 'res_pjsip_endpoint_identifier_user', 'res_pjsip_header_funcs'],
  ...['res_pjsip_registrar', 'res_pjsip_outbound_registration', 'res_pjsip_path', 'res_pjsip_nat'],
  ...['res_pjsip_rfc3326', 'res_pjsip_diversion', 'res_pjsip_logger', 'res_pjsip_pubsub'],
  ...['res_pjsip_outbound_publish', 'res_pjsip_exten_state', 'res_pjsip_dialog_info_body_generator'],
  ...[
    'res_pjsip_refer',
    'res_rtp_asterisk',
    'res_manager_devicestate',
    'res_clioriginate',
    'chan_pjsip',
    'pbx_config',
  ],
  ...['bridge_simple', 'bridge_native_rtp', 'bridge_builtin_features', 'bridge_softmix', 'bridge_holding'],
  ...['codec_ulaw', 'codec_alaw', 'format_wav', 'format_pcm', 'format_sln'],
  ...['app_dial', 'app_stack', 'app_echo', 'app_milliwatt', 'app_playtones', 'app_record', 'app_playback'],
  ...['app_senddtmf', 'app_verbose', 'func_channel', 'func_callerid', 'func_logic', 'func_strings'],
  ...['app_read', 'func_timeout', 'func_hangupcause', 'func_global'],
]

function modulesConf(names: readonly string[]): string {
  return `[modules]\nautoload = no\n${names.map((name) => `load = ${name}.so\n`).join('')}`
}
