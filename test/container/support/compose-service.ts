import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'

interface Service {
  readonly image: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly volumes?: readonly string[]
}

/** The one service of docker/compose.yaml, as far as that goes. */
export class ComposeService {
  readonly image: string
  readonly #folder: string
  readonly #service: Service

  /** Throws when the file has no such service. */
  constructor(file: string, name: string) {
    const { services } = parse(readFileSync(file, 'utf8')) as { services: Record<string, Service> }
    const service = services[name]
    if (!service) throw new Error(`${file} has no service ${name}`)
    this.#folder = dirname(file)
    this.#service = service
    this.image = service.image
  }

  /** What `podman run` is told for it. `files` stand in for some of its own. */
  podmanArguments(files: Readonly<Record<string, string>> = {}): readonly string[] {
    const { read_only, cap_drop = [], security_opt = [] } = this.#service
    const mounts = (this.#service.volumes ?? []).map((volume) => {
      const [source = '', target = '', ...options] = volume.split(':')
      const here = files[target] ?? (source.startsWith('.') ? resolve(this.#folder, source) : source)
      return [here, target, ...options].join(':')
    })
    return [
      // Docker puts no writable folders into a read-only root, podman would.
      ...(read_only ? ['--read-only', '--read-only-tmpfs=false'] : []),
      ...cap_drop.map((capability) => `--cap-drop=${capability}`),
      ...security_opt.map((option) => `--security-opt=${option}`),
      ...mounts.map((mount) => `--volume=${mount}`),
      this.image,
    ]
  }
}
