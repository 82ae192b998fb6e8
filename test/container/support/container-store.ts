import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

const execute = promisify(execFile)
const path = `${process.env.PATH}:/usr/sbin:/sbin`
const runner = ['--cgroup-manager', 'cgroupfs', '--runtime', '/usr/sbin/runc']
const allOfThem = ['--all', '--force', '--time', '0']
const doneWithinMs = 600_000

/** Images and containers of one test, gone with it. No engine runs for them. */
export class ContainerStore {
  readonly #folder = new TemporaryFolder('containers')
  /** Arguments that come first. */
  readonly #storage: readonly string[]
  /** Containers outlive who has started them. */
  readonly #atExit = () => {
    spawnSync('podman', [...this.#storage, ...runner, 'rm', ...allOfThem], { timeout: 60_000 })
  }

  constructor() {
    process.once('exit', this.#atExit)
    const places = ['--root', this.#folder.file('images'), '--runroot', this.#folder.file('run')]
    // Copying whole trees takes a minute more, and works everywhere.
    const driver = canMountOverlays(this.#folder.path) ? 'overlay' : 'vfs'
    this.#storage = [...places, '--storage-driver', driver]
  }

  /** An image as `docker save` writes it. */
  async load(archive: string): Promise<void> {
    await this.podman('load', '--quiet', '--input', archive)
  }

  podman(...words: readonly string[]): Promise<string> {
    return this.#run([...runner, ...words])
  }

  async remove(): Promise<void> {
    process.off('exit', this.#atExit)
    await this.podman('rm', ...allOfThem)
    this.#folder.remove()
  }

  async #run(words: readonly string[]): Promise<string> {
    const options = { env: { ...process.env, PATH: path }, timeout: doneWithinMs, maxBuffer: 64 << 20 }
    try {
      const { stdout, stderr } = await execute('podman', [...this.#storage, ...words], options)
      return stdout || stderr
    } catch (cause) {
      const { stderr = '' } = cause as { stderr?: string }
      const lastWords = stderr.split('\n').slice(-30).join('\n')
      throw new Error(`podman ${words.join(' ')}:\n${lastWords || (cause as Error).message}`, { cause })
    }
  }
}

function canMountOverlays(folder: string): boolean {
  const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) =>
    join(folder, 'overlay', name),
  )
  for (const each of [lower, upper, work, merged]) mkdirSync(each ?? '', { recursive: true })
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`
  const { status } = spawnSync('mount', ['-t', 'overlay', '-o', options, 'overlay', merged ?? ''])
  if (status === 0) execFileSync('umount', [merged ?? ''])
  return status === 0
}
