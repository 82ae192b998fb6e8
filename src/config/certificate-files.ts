import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export interface CertificatePaths {
  readonly certFile: string
  readonly keyFile: string
  readonly caFile?: string | undefined
}

/** PEM text. */
export interface CertificateText {
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

/** A file of the certificate is not to be read. */
export class CertificateUnreadable extends Error {
  override readonly name = 'CertificateUnreadable'
}

/** The certificate of the box as it is on disk, where something else renews it. */
export class CertificateFiles {
  readonly #paths: CertificatePaths
  readonly #folder: string

  /** Paths are relative to `folder`. */
  constructor(paths: CertificatePaths, folder: string) {
    this.#paths = paths
    this.#folder = folder
  }

  /** Throws CertificateUnreadable. */
  read(): CertificateText {
    const { certFile, keyFile, caFile } = this.#paths
    return {
      cert: this.#readText('certificate', certFile),
      key: this.#readText('key', keyFile),
      ...(caFile === undefined ? {} : { ca: this.#readText('authorities', caFile) }),
    }
  }

  #readText(what: string, file: string): string {
    try {
      return readFileSync(resolve(this.#folder, file), 'utf8')
    } catch (cause) {
      const why = (cause as Error).message
      throw new CertificateUnreadable(`the ${what} of TLS cannot be read: ${why}`, { cause })
    }
  }
}
