import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'

/** What makes a box that box, as file names of its overlay folder with their content. */
export interface IdentityArchive {
  /** The overlay's domain. */
  readonly overlay: string
  /** Told to people who find the file: which box is this? */
  readonly peerName: string
  /** Milliseconds since the Unix epoch. */
  readonly madeAt: number
  readonly files: Readonly<Record<string, Uint8Array>>
}

/** The file is none, damaged, or the passphrase is another one; the message says which. */
export class ArchiveUnreadable extends Error {
  override readonly name = 'ArchiveUnreadable'
}

const format = 'causeway identity 1'
const saltBytes = 16
const nonceBytes = 12
const tagBytes = 16
// 64 MiB and about a third of a second for each guess.
const scrypt = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1_024 * 1_024 }
/** An archive holds keys and short texts. */
const longestArchive = 1_048_576

/** JSON text that only the passphrase opens (scrypt, AES-256-GCM); what it is of can be read by anybody. */
export function sealArchive({ files, ...plain }: IdentityArchive, passphrase: string): string {
  const label = { format, ...plain }
  const salt = randomBytes(saltBytes)
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', keyFrom(passphrase, salt), nonce)
  cipher.setAAD(Buffer.from(JSON.stringify(label)))
  const content = JSON.stringify(Object.entries(files).map(([name, bytes]) => [name, base64(bytes)]))
  const sealed = Buffer.concat([cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const secret = { salt: base64(salt), nonce: base64(nonce), sealed: base64(sealed) }
  return `${JSON.stringify({ ...label, ...secret }, undefined, 2)}\n`
}

/** Throws `ArchiveUnreadable`. */
export function openArchive(text: string, passphrase: string): IdentityArchive {
  const { label, salt, nonce, sealed } = parse(text)
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(passphrase, salt), nonce)
  decipher.setAAD(Buffer.from(JSON.stringify(label)))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  let content: string
  try {
    content = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString(
      'utf8',
    )
  } catch (cause) {
    throw new ArchiveUnreadable('the passphrase is wrong, or the file was changed', { cause })
  }
  const entries = JSON.parse(content) as [string, string][]
  const files = Object.fromEntries(entries.map(([name, bytes]) => [name, Buffer.from(bytes, 'base64')]))
  return { overlay: label.overlay, peerName: label.peerName, madeAt: label.madeAt, files }
}

type Label = { format: string } & Omit<IdentityArchive, 'files'>

function parse(text: string): { label: Label; salt: Buffer; nonce: Buffer; sealed: Buffer } {
  const noted = readJson(text)
  const { overlay, peerName, madeAt } = noted
  if (noted.format !== format)
    throw new ArchiveUnreadable(`this is no identity of a box (its "format" is not "${format}")`)
  const [salt, nonce, sealed] = [bytesOf(noted.salt), bytesOf(noted.nonce), bytesOf(noted.sealed)]
  const isWhole =
    typeof overlay === 'string' &&
    typeof peerName === 'string' &&
    typeof madeAt === 'number' &&
    salt.length === saltBytes &&
    nonce.length === nonceBytes &&
    sealed.length > tagBytes
  if (!isWhole) throw damaged()
  return { label: { format, overlay, peerName, madeAt }, salt, nonce, sealed }
}

function readJson(text: string): Record<string, unknown> {
  if (text.length > longestArchive) throw damaged()
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>
  } catch (cause) {
    throw damaged(cause)
  }
}

function damaged(cause?: unknown): ArchiveUnreadable {
  return new ArchiveUnreadable('the file is damaged or cut short: take another copy', { cause })
}

function bytesOf(noted: unknown): Buffer {
  return Buffer.from(typeof noted === 'string' ? noted : '', 'base64')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function keyFrom(passphrase: string, salt: Uint8Array): Buffer {
  // One passphrase, however the keyboard composes its letters.
  return scryptSync(passphrase.normalize('NFC'), salt, 32, scrypt)
}
