import { basename } from 'node:path'
import { ImportInvalid } from '../import-invalid.ts'
import { type AsteriskConfig, type AsteriskConfigName, asteriskConfigFiles } from './asterisk-config.ts'
import type { ConfSection } from './conf-section.ts'
import { type ConfFiles, readConfText } from './conf-text.ts'

/** Texts of config files by name or path. */
export type HandedFiles = Readonly<Record<string, string>>

/** The config of an Asterisk from files that were handed over. Throws `ImportInvalid`. */
export function configOfFiles(files: HandedFiles): AsteriskConfig {
  const texts = Object.entries(files).map(([path, text]) => ({ name: path, text }))
  const included: ConfFiles = (wanted) => {
    const pattern = expressionOf(basename(wanted))
    return texts.filter(({ name }) => pattern.test(basename(name)))
  }
  const unread: string[] = []
  const read = (name: AsteriskConfigName): readonly ConfSection[] | undefined => {
    const { file, parts } = asteriskConfigFiles[name]
    const whole = texts.filter((text) => basename(text.name) === file)
    const chosen = whole.length > 0 ? whole : texts.filter((text) => parts.includes(basename(text.name)))
    if (chosen.length === 0) return undefined
    const readings = chosen.map((text) => readConfText(text.name, text.text, included))
    unread.push(...readings.flatMap(({ missing }) => missing.map((each) => `not handed over: ${each}`)))
    return readings.flatMap(({ sections }) => sections)
  }
  const config = {
    pjsip: read('pjsip'),
    sip: read('sip'),
    queues: read('queues'),
    voicemail: read('voicemail'),
    extensions: read('extensions'),
  }
  if (!config.pjsip && !config.sip)
    throw new ImportInvalid(['neither pjsip.conf nor sip.conf is among the files, so they tell of no phone'])
  return { ...config, unread }
}

/** `#include` takes wildcards: `queues_*.conf`. */
function expressionOf(name: string): RegExp {
  return new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  )
}
