import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createDurably } from '../../lib/durable-file.ts'
import { keyBytes } from './sealed.ts'

export type FoundKey =
  | { readonly kind: 'key'; readonly key: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly why: string }

/** The key in the file: 64 hex digits, readable by its owner only. */
export function readKey(file: string): FoundKey {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unusable', why: message }
  }
  if (text.length !== keyBytes * 2 || !/^[0-9a-f]+$/i.test(text))
    return { kind: 'unusable', why: `${file} holds no key of ${keyBytes * 2} hex digits` }
  return { kind: 'key', key: Buffer.from(text, 'hex') }
}

/** As `readKey`, with a new key in a new file when there is none. Throws when the file cannot be written. */
export function readOrMakeKey(file: string): FoundKey {
  const found = readKey(file)
  if (found.kind !== 'missing') return found
  createDurably(file, `${randomBytes(keyBytes).toString('hex')}\n`)
  return readKey(file)
}
