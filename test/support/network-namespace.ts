import { execFileSync } from 'node:child_process'

const path = `${process.env.PATH}:/usr/sbin:/sbin`
let made = 0

/** A network namespace of the test's own, with nothing in it but loopback. */
export class NetworkNamespace {
  readonly name = `causeway-${process.pid}-${++made}`

  create(): void {
    run('ip', ['netns', 'add', this.name])
    this.exec('ip', ['link', 'set', 'lo', 'up'])
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

  remove(): void {
    run('ip', ['netns', 'del', this.name])
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, PATH: path } })
}
