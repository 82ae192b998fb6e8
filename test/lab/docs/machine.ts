import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChildProgram } from '../../support/child-program.ts'
import type { NetworkHost } from '../../support/network-host.ts'

export interface Finished {
  readonly code: number
  /** Both streams, the standard output first. */
  readonly printed: string
}

const project = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '')
const commandWithinMs = 60_000
// Each command is a process of its own; so they do not all compile the same again.
const compiled = join(tmpdir(), 'causeway-pages-compiled')

// Layers over some folders that nobody else sees and nothing of which is left. The box lies there as its package lays it, and
// the package's own wrapper makes its user of root. Commands are typed in a folder like a clone, closed to that user as
// /root is; the stick is open to him for reading only, as one with FAT is.
const layout = `
set -e
mount -t tmpfs tmpfs "$1"
cd "$1"
for place in etc usr/lib var/lib media; do
  mkdir -p "over/$place" "work/$place"
  mount -t overlay overlay -o "lowerdir=/$place,upperdir=$1/over/$place,workdir=$1/work/$place" "/$place"
done
if ! id -u causeway; then
  echo 'causeway:x:64999:64999::/var/lib/causeway:/usr/sbin/nologin' >> /etc/passwd
  echo 'causeway:x:64999:' >> /etc/group
fi
install -d -o root -g causeway -m 750 /etc/causeway
install -d -o causeway -g causeway -m 700 /var/lib/causeway
install -d -m 1777 "$3"
for part in src node_modules gateway-config; do
  mkdir -p "/usr/lib/causeway/$part"
  mount --bind "$2/$part" "/usr/lib/causeway/$part"
done
cp "$2/package.json" /usr/lib/causeway/
install -D "$2/appliance/package/root/usr/bin/causeway" bin/causeway
mkdir -p clone/gateway-config /media/usb
ln -s "$2/package.json" "$2/src" "$2/node_modules" clone/
cp -r "$2"/gateway-config/*.sample.yaml "$2"/gateway-config/asterisk clone/gateway-config/
chmod 700 clone
mount --bind "$5" /media/usb
chmod 755 /media/usb
printf 'nameserver %s\\n' "$4" > /etc/resolv.conf
echo laid out
exec sleep 600
`

/** The machine of somebody who follows a page: a host with the command `causeway`, and files of its own. */
export class Machine {
  readonly #host: NetworkHost
  readonly #folder = mkdtempSync(join(tmpdir(), 'causeway-page-'))
  #holder: ChildProgram | undefined
  #launched: ChildProgram | undefined

  constructor(host: NetworkHost) {
    this.#host = host
  }

  /** The stick is a folder that other machines see, too. */
  async start(nameServer: string, stick: string): Promise<void> {
    this.#holder = await ChildProgram.start({
      command: 'sh',
      args: ['-c', layout, 'sh', this.#folder, project, compiled, nameServer, stick],
      namespace: this.#host.namespace.name,
      ready: /laid out/,
    })
  }

  async stop(): Promise<void> {
    await this.end()
    await this.#holder?.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Writes a file, with its folders. It belongs to whom its folder belongs to. */
  async write(file: string, text: string): Promise<void> {
    const folder = `"$(dirname '${file}')"`
    const writing = `mkdir -p ${folder} && cat > '${file}' && chown --reference=${folder} '${file}'`
    const { code, printed } = await this.run(writing, text)
    if (code !== 0) throw new Error(`${file} cannot be written: ${printed}`)
  }

  run(command: string, input = ''): Promise<Finished> {
    const [program = '', ...args] = this.#entering(command)
    const { promise, resolve } = Promise.withResolvers<Finished>()
    const child = execFile(program, args, { timeout: commandWithinMs }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 137
      resolve({ code, printed: `${stdout}${stderr}` })
    })
    child.stdin?.on('error', () => undefined) // it may end without reading
    child.stdin?.end(input)
    return promise
  }

  /** Runs something that does not end by itself, in place of what was launched before. */
  async launch(command: string, ready: RegExp): Promise<void> {
    await this.end()
    const [program = '', ...args] = this.#entering(`exec ${command}`)
    this.#launched = await ChildProgram.start({ command: program, args, ready, readyMs: 60_000 })
  }

  /** Ends what was launched. */
  async end(): Promise<void> {
    await this.#launched?.stop(15_000)
    this.#launched = undefined
  }

  get lastWords(): string {
    return this.#launched?.lastWords ?? ''
  }

  #entering(command: string): string[] {
    if (!this.#holder) throw new Error('the machine is not started')
    const path = `PATH=${this.#folder}/bin:${project}/node_modules/.bin:${process.env.PATH}:/usr/sbin:/sbin`
    const cache = `NODE_COMPILE_CACHE=${compiled}`
    const place = ['nsenter', '-t', String(this.#holder.pid), '-m', '-n', '--']
    return [...place, 'env', '-C', `${this.#folder}/clone`, path, cache, 'bash', '-c', command]
  }
}
