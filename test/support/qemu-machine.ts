import { copyFileSync, existsSync, rmSync } from 'node:fs'
import type { DebianPrograms } from '../../appliance/debian/install-debian.ts'
import { ChildProgram } from './child-program.ts'
import type { NetworkNamespace } from './network-namespace.ts'
import { SerialConsole } from './serial-console.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { eventually } from './within.ts'

export const qemuPrograms: DebianPrograms = {
  'qemu-system-x86_64': 'qemu-system-x86',
  '/usr/share/OVMF/OVMF_CODE_4M.fd': 'ovmf',
}

export interface QemuOptions {
  /** A raw disk: it is written to. */
  readonly disk: string
  /** Where the machine's network card is plugged in: the interface `port` of a namespace. */
  readonly namespace: NetworkNamespace
  readonly port: string
  readonly mebibytes: number
}

const firmware = '/usr/share/OVMF/OVMF'

/**
 * A whole machine with firmware, disk and network card, emulated: some forty times slower than a real one. Where a real
 * one would be reset, qemu ends, as its own reset does not come back under this firmware; `startAgain` is the rest of it.
 */
export class QemuMachine {
  readonly #options: QemuOptions
  readonly #folder = new TemporaryFolder('qemu')
  #program: ChildProgram | undefined
  #console: SerialConsole | undefined

  constructor(options: QemuOptions) {
    this.#options = options
  }

  get console(): SerialConsole {
    if (!this.#console) throw new Error('the machine is not switched on')
    return this.#console
  }

  async start(): Promise<void> {
    const { namespace, port } = this.#options
    copyFileSync(`${firmware}_VARS_4M.fd`, this.#folder.file('vars'))
    namespace.ip('link', 'add', 'qemu', 'type', 'bridge', 'mcast_snooping', '0')
    namespace.ip('tuntap', 'add', 'dev', 'tap0', 'mode', 'tap')
    for (const link of ['tap0', port]) namespace.ip('link', 'set', link, 'master', 'qemu', 'up')
    namespace.ip('link', 'set', 'qemu', 'up')
    await this.#switchOn()
  }

  /** Waits until what runs in it has reset it, and goes on with the same disk and the firmware's same variables. */
  async startAgain(ms: number): Promise<void> {
    const code = await this.#program?.exited(ms)
    if (code !== 0) throw new Error(`qemu ended with ${code}: ${this.#program?.lastWords}`)
    this.#console?.close()
    await this.#switchOn()
  }

  /** Switches it off. */
  async stop(): Promise<void> {
    this.#console?.close()
    await this.#program?.stop()
    this.#folder.remove()
  }

  async #switchOn(): Promise<void> {
    const { disk, namespace, mebibytes } = this.#options
    const serial = this.#folder.file('serial')
    rmSync(serial, { force: true })
    this.#program = await ChildProgram.start({
      command: 'qemu-system-x86_64',
      args: [
        ...[
          '-machine',
          'q35',
          '-accel',
          'tcg,thread=multi',
          '-cpu',
          'max',
          '-smp',
          '2',
          '-m',
          `${mebibytes}M`,
        ],
        ...['-display', 'none', '-monitor', 'none', '-no-user-config', '-no-reboot'],
        ...['-device', 'virtio-rng-pci'],
        ...['-drive', `if=pflash,format=raw,readonly=on,file=${firmware}_CODE_4M.fd`],
        ...['-drive', `if=pflash,format=raw,file=${this.#folder.file('vars')}`],
        // Nothing of a test has to outlive this machine's own end.
        ...['-drive', `if=virtio,format=raw,cache=unsafe,discard=unmap,file=${disk}`],
        ...['-netdev', 'tap,id=lan,ifname=tap0,script=no,downscript=no'],
        ...['-device', 'virtio-net-pci,netdev=lan,mac=52:54:00:12:34:56'],
        ...['-chardev', `socket,id=serial,path=${serial},server=on,wait=off`, '-serial', 'chardev:serial'],
      ],
      namespace: namespace.name,
    })
    await eventually(20_000, 'the serial port', () => existsSync(serial))
    this.#console = await SerialConsole.open(serial)
  }
}
