import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const path = `${process.env.PATH}:/usr/sbin:/sbin`
let made = 0

/** A network namespace of the test's own, with nothing in it but loopback. */
export class NetworkNamespace {
  readonly name = `causeway-${process.pid}-${++made}`

  create(): void {
    run('ip', ['netns', 'add', this.name])
    this.ip('link', 'set', 'lo', 'up')
  }

  /** From now on this share of the packets to the UDP ports of SIP is lost. */
  loseUdp(share: number): void {
    const match = ['-m', 'statistic', '--mode', 'random', '--probability', String(share)]
    this.exec('iptables', ['-A', 'INPUT', '-i', 'lo', '-p', 'udp', ...match, '-j', 'DROP'])
  }

  /** How many packets the rules of `loseUdp` have dropped. */
  get lost(): number {
    const rules = this.exec('iptables', ['-L', 'INPUT', '-v', '-x', '-n'])
    const counts = rules.match(/^\s*(\d+)\s+\d+\s+DROP/gm) ?? []
    return counts.reduce((sum, line) => sum + Number.parseInt(line.trim(), 10), 0)
  }

  exec(command: string, args: readonly string[]): string {
    return run('ip', ['netns', 'exec', this.name, command, ...args])
  }

  /** iproute2 in this namespace, without a change of process. */
  ip(...words: readonly string[]): string {
    return run('ip', ['-n', this.name, ...words])
  }

  iptables(...words: readonly string[]): string {
    return this.exec('iptables', ['-w', ...words])
  }

  remove(): void {
    run('ip', ['netns', 'del', this.name])
  }

  /** Removes what a run that was killed has left: namespaces named after processes that are no more. */
  static removeOrphans(): void {
    for (const [name, pid] of run('ip', ['netns', 'list']).matchAll(/^causeway-(\d+)-\d+/gm))
      if (!existsSync(`/proc/${pid}`)) run('ip', ['netns', 'del', name])
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, PATH: path } })
}
