import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

interface CertificatePair {
  readonly certFile: string
  readonly keyFile: string
}

export interface CertificatePaths extends CertificatePair {
  /** For other names. */
  readonly moreCertificates?: readonly CertificatePair[] | undefined
  readonly caFile?: string | undefined
}

interface PairText {
  readonly cert: string
  readonly key: string
}

/** PEM text. */
export interface CertificateText extends PairText {
  readonly more?: readonly PairText[]
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
    const { moreCertificates = [], caFile } = this.#paths
    return {
      ...this.#readPair(this.#paths),
      ...(moreCertificates.length === 0
        ? {}
        : { more: moreCertificates.map((pair) => this.#readPair(pair)) }),
      ...(caFile === undefined ? {} : { ca: this.#readText('authorities', caFile) }),
    }
  }

  #readPair({ certFile, keyFile }: CertificatePair): PairText {
    return { cert: this.#readText('certificate', certFile), key: this.#readText('key', keyFile) }
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
