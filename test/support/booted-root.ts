import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { DebianPrograms } from '../../appliance/debian/install-debian.ts'
import { ChildProgram } from './child-program.ts'
import { ControlGroup } from './control-group.ts'
import { eventually } from './within.ts'

export const bootPrograms: DebianPrograms = { 'systemd-nspawn': 'systemd-container', nsenter: 'util-linux' }

export interface BootOptions {
  /** The root's folder: it is changed. */
  readonly root: string
  /** A network namespace that the test has made; the booted system configures what is in it. */
  readonly namespace: string
  /** More arguments of systemd-nspawn. */
  readonly options?: readonly string[]
  readonly bootMs?: number
}

export interface Outcome {
  readonly code: number
  readonly text: string
}

const commandMs = 120_000
const stopMs = 120_000

const enterGroups =
  'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"'
// Not by --network-namespace-path, with which /sys would show this machine's interfaces. `ip netns exec` makes a new /sys,
// in which the control groups are missing.
const bindGroups = 'mount --rbind /mnt /sys/fs/cgroup && exec "$@"'
const enterNetwork = `mount --rbind /sys/fs/cgroup /mnt && namespace=$1 && shift &&
  exec ip netns exec "$namespace" sh -c '${bindGroups}' sh "$@"`

/** A root with its own systemd, started as a machine would, in one second: systemd-nspawn. */
export class BootedRoot {
  readonly #options: BootOptions
  readonly #group = new ControlGroup()
  #nspawn: ChildProgram | undefined
  #leader = 0

  constructor(options: BootOptions) {
    this.#options = options
  }

  /** Resolves when systemd has started everything, or found that something does not start. */
  async start(): Promise<void> {
    const { root, namespace, options = [], bootMs = 120_000 } = this.#options
    this.#group.create()
    this.#nspawn = await ChildProgram.start({
      command: 'sh',
      args: [
        ...['-c', enterGroups, 'sh', ...this.#group.folders, '--'],
        ...['unshare', '--mount', 'sh', '-c', enterNetwork, 'sh', namespace],
        ...['systemd-nspawn', '-q', '-D', root, '--boot', '--register=no', '--keep-unit', '--console=pipe'],
        ...['--resolv-conf=off', '--timezone=off', '--link-journal=no', '--capability=CAP_NET_ADMIN'],
        ...options,
      ],
    })
    try {
      this.#leader = await eventually(bootMs, 'an init', () => this.#findLeader(), 50)
      await eventually(bootMs, 'systemd to be up', () => this.#isUp(), 200)
    } catch (cause) {
      const words = this.#nspawn.lastWords
      await this.stop()
      throw new Error(`${root} does not boot:\n${words}`, { cause })
    }
  }

  /** What a command inside says on both streams; rejects when it does not end with 0. */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const { code, text } = await this.attempt(command, ...args)
    if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${text}`)
    return text
  }

  /** As `run`, with its exit code. */
  attempt(command: string, ...args: readonly string[]): Promise<Outcome> {
    const enter = [
      '--target',
      String(this.#leader),
      '--mount',
      '--uts',
      '--ipc',
      '--net',
      '--pid',
      '--cgroup',
    ]
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    const inside = ['env', '-i', path, 'HOME=/root', 'LC_ALL=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive']
    const words = [...enter, '--root', '--wd', '--', ...inside, command, ...args]
    return new Promise((resolve, reject) => {
      execFile('nsenter', words, { timeout: commandMs, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        const text = `${stdout}${stderr}`
        if (!error) resolve({ code: 0, text })
        else if (typeof error.code === 'number') resolve({ code: error.code, text })
        else reject(new Error(`${command} in the booted root: ${error.message}\n${text}`, { cause: error }))
      })
    })
  }

  /** A line of shell inside. */
  shell(line: string): Promise<string> {
    return this.run('sh', '-c', line)
  }

  /** Shuts it down in order and starts it again. */
  async reboot(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Shuts it down; does nothing when it is. */
  async stop(): Promise<void> {
    if (!this.#nspawn) return
    await this.#nspawn.stop(stopMs)
    this.#nspawn = undefined
    // The kernel may still be putting away what was in it.
    await eventually(10_000, 'the control groups to be empty', () => this.#isGroupRemoved())
  }

  /** The power fails. */
  async cutPower(): Promise<void> {
    if (!this.#nspawn) return
    process.kill(this.#leader, 'SIGKILL')
    await this.stop()
  }

  #findLeader(): number | undefined {
    if (!this.#nspawn || this.#nspawn.hasEnded) throw new Error('systemd-nspawn has ended')
    const { pid } = this.#nspawn
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    const first = Number(children.split(' ')[0])
    return first > 0 && readFileSync(`/proc/${first}/comm`, 'utf8').trim() === 'systemd' ? first : undefined
  }

  async #isUp(): Promise<boolean> {
    if (!existsSync(`/proc/${this.#leader}`)) throw new Error('its init has ended')
    const { text } = await this.attempt('systemctl', 'is-system-running')
    return ['running', 'degraded'].includes(text.trim())
  }

  #isGroupRemoved(): boolean {
    try {
      this.#group.remove()
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false
      throw error
    }
  }
}
