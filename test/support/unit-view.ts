import type { BootedRoot } from './booted-root.ts'

/** `/proc/PID/status` by its names. */
export type ProcessStatus = Readonly<Record<string, string>>

/** causeway.service as systemd and the kernel of a booted root see it. */
export class UnitView {
  readonly #machine: BootedRoot

  constructor(machine: BootedRoot) {
    this.#machine = machine
  }

  /** `active`, `inactive`, `failed`, … */
  async state(): Promise<string> {
    return (await this.#machine.attempt('systemctl', 'is-active', 'causeway')).text.trim()
  }

  async mainPid(): Promise<number> {
    return Number(await this.property('MainPID'))
  }

  /** Milliseconds from the start of the unit until it was ready. */
  async startMs(): Promise<number> {
    const started = Number(await this.property('InactiveExitTimestampMonotonic'))
    return Math.round((Number(await this.property('ActiveEnterTimestampMonotonic')) - started) / 1_000)
  }

  /**
   * Processor time of the unit's processes until now, and of those that they have waited for. systemd's own figure is there
   * only where the machine accounts for it.
   */
  async cpuSeconds(): Promise<number> {
    const files = (await this.processes()).map(({ Pid }) => `/proc/${Pid}/stat`)
    const lines = (await this.#machine.run('cat', ...files)).trim().split('\n')
    // After the name in brackets: state is the 1st, utime, stime, cutime and cstime the 12th to the 15th (proc(5)).
    const ticks = lines.flatMap((line) =>
      line
        .slice(line.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 15),
    )
    const ticksPerSecond = Number(await this.#machine.run('getconf', 'CLK_TCK'))
    return ticks.reduce((sum, count) => sum + Number(count), 0) / ticksPerSecond
  }

  /** All processes of the unit. */
  async processes(): Promise<readonly ProcessStatus[]> {
    const text = await this.#machine.shell(
      'for pid in $(cat /sys/fs/cgroup$GROUP/cgroup.procs); do cat /proc/$pid/status; echo; done'.replace(
        '$GROUP',
        await this.#groupFolder(),
      ),
    )
    return text
      .trim()
      .split('\n\n')
      .map((status) =>
        Object.fromEntries([...status.matchAll(/^(\w+):\s*(.*)$/gm)].map(([, k, v]) => [k, v])),
      )
  }

  /** What its processes have in memory that no other has, and their share of the rest (PSS). */
  async memoryMebibytes(): Promise<number> {
    const pids = (await this.processes()).map(({ Pid }) => `/proc/${Pid}/smaps_rollup`)
    const text = await this.#machine.run('cat', ...pids)
    const kibibytes = [...text.matchAll(/^Pss:\s+(\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
    return Math.round(kibibytes / 1_024)
  }

  /** 0 (best) to 10, by `systemd-analyze security`. */
  async exposure(): Promise<number> {
    const words = ['security', '--no-pager', 'causeway.service']
    const text = await this.#machine.run('systemd-analyze', ...words)
    return Number(/Overall exposure level.*: ([\d.]+)/.exec(text)?.[1] ?? Number.NaN)
  }

  /** The end of its log, with what systemd says of it. */
  async lastWords(): Promise<string> {
    return (await this.#machine.attempt('journalctl', '--no-pager', '-n', '40', '-u', 'causeway')).text
  }

  async property(name: string): Promise<string> {
    return (await this.#machine.run('systemctl', 'show', '--value', '--property', name, 'causeway')).trim()
  }

  /** systemd keeps its own hierarchy beside those of version 1, and has only one under version 2. */
  async #groupFolder(): Promise<string> {
    const group = await this.property('ControlGroup')
    const { code } = await this.#machine.attempt('test', '-d', '/sys/fs/cgroup/systemd')
    return code === 0 ? `/systemd${group}` : group
  }
}
