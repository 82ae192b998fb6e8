import type { CertificateText } from '../config/certificate-files.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'

export interface CertificateWatchParts {
  /** Throws when a file cannot be read. */
  readonly files: { read(): CertificateText }
  /** Throws, and changes nothing, when the certificate is of no use. */
  readonly use: (certificate: CertificateText) => void
  readonly clock: Clock
  readonly log: Log
}

const lookEveryMs = 30_000

/** Puts a renewed certificate to use, without a restart and without a lost call. One that is of no use changes nothing. */
export class CertificateWatch implements Part {
  readonly name = 'certificate'
  readonly #parts: CertificateWatchParts
  #inUse: string
  /** The last that was of no use, so that it is complained of once. */
  #refused = ''
  #timer: Timer | undefined

  constructor(parts: CertificateWatchParts, inUse: CertificateText) {
    this.#parts = parts
    this.#inUse = JSON.stringify(inUse)
  }

  async start(): Promise<void> {
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  /** Looks at the files now. */
  look(): void {
    const { files, use, log } = this.#parts
    let found = ''
    try {
      const certificate = files.read()
      found = JSON.stringify(certificate)
      if (found === this.#inUse || found === this.#refused) return
      use(certificate)
      this.#inUse = found
      this.#refused = ''
      log.info({}, 'a new certificate is in use')
    } catch (error) {
      // While a certificate is renewed its files may be missing, or not belong together.
      const why = (error as Error).message
      const refused = found === '' ? why : found
      if (refused !== this.#refused) log.warn({ why }, 'the new certificate is of no use; the old one stays')
      this.#refused = refused
    }
  }

  #lookLater(): void {
    this.#timer = this.#parts.clock.after(lookEveryMs, () => {
      this.look()
      this.#lookLater()
    })
  }
}
