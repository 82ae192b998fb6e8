import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KnownDigest, PbxKnowledge } from '../../../../src/domain/known-extension.ts'
import { asteriskKnowledge } from '../../../../src/survival/knowledge/asterisk/asterisk-knowledge.ts'
import { configOfFiles } from '../../../../src/survival/knowledge/asterisk/config-files.ts'

const folder = fileURLToPath(new URL('../../../fixtures/asterisk/', import.meta.url))

/** The files of one Asterisk of the fixtures, by name. */
export function fixtureFiles(name: 'plain' | 'freepbx' | 'chan-sip'): Record<string, string> {
  const files = readdirSync(join(folder, name))
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, name, file), 'utf8')]))
}

export function md5Digest(username: string, password: string, realm: string): KnownDigest {
  const ha1 = createHash('md5').update(`${username}:${realm}:${password}`).digest('hex')
  return { username, realm, algorithm: 'MD5', ha1 }
}

/** A trunk of a German site that writes numbers in any of its ways. */
export function readGermanNumber(digits: string): string | undefined {
  if (/^\+\d{8,}$/.test(digits)) return digits
  if (/^49\d{8,}$/.test(digits)) return `+${digits}`
  return /^0[1-9]\d{6,}$/.test(digits) ? `+49${digits.slice(1)}` : undefined
}

export function knowledgeOf(files: Record<string, string>): PbxKnowledge {
  return asteriskKnowledge(configOfFiles(files), {
    makeDigests: (username, password, realm) => [md5Digest(username, password, realm)],
    readNumber: readGermanNumber,
  })
}
