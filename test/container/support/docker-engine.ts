import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ChildProgram } from '../../support/child-program.ts'

const execute = promisify(execFile)
// More than these cannot be promised on every machine that runs the tests.
const limits = ['--default-ulimit=nofile=4096:4096', '--default-ulimit=nproc=4096:4096']
// On the machine's own network it changes nothing: no bridge, no rules, no forwarding.
const untouched = ['--iptables=false', '--ip6tables=false', '--ip-forward=false']

/**
 * Debian's Docker, with all that it keeps in one folder. What it mounts and starts is in namespaces of its own: nothing of it
 * is left when it has ended, however it ended.
 */
export class DockerEngine {
  readonly address: string
  readonly #folder: string
  #daemon: ChildProgram | undefined

  constructor(folder: string) {
    this.#folder = folder
    this.address = `unix://${folder}/socket`
  }

  /** The machine of its containers is this network namespace; without one this machine, for builds only. */
  async start(namespace?: string): Promise<void> {
    const folder = this.#folder
    const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGTERM', '--mount-proc']
    // Not `ip netns exec`, which hides the control groups.
    const place = namespace === undefined ? [] : ['nsenter', `--net=/run/netns/${namespace}`]
    const [command = '', ...args] = [...place, ...apart, 'dockerd']
    this.#daemon = await ChildProgram.start({
      command,
      args: [
        ...args,
        ...[`--data-root=${folder}/data`, `--exec-root=${folder}/run`, `--pidfile=${folder}/pid`],
        ...[`--host=${this.address}`, '--exec-opt=native.cgroupdriver=cgroupfs', '--bridge=none', ...limits],
        ...(namespace === undefined ? untouched : []),
      ],
      ready: /API listen on/,
      readyMs: 60_000,
    })
  }

  /** The command of that name. Resolves with what it printed. */
  async docker(...words: readonly string[]): Promise<string> {
    const options = { timeout: 120_000, maxBuffer: 16 << 20 }
    return (await execute('/usr/bin/docker', ['--host', this.address, ...words], options)).stdout
  }

  /** Containers are removed, images and volumes kept. */
  async stop(): Promise<void> {
    const daemon = this.#daemon
    this.#daemon = undefined
    if (!daemon) return
    const containers = (await this.docker('ps', '--all', '--quiet')).split('\n').filter(Boolean)
    if (containers.length > 0) await this.docker('rm', '--force', ...containers)
    // The daemon is told by the end of its parent, which hears nothing else, and ends in its own time.
    daemon.kill('SIGKILL')
    await daemon.exited(60_000)
  }
}
