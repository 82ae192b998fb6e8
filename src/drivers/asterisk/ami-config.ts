import type { Clock } from '../../lib/clock.ts'
import {
  type AsteriskConfig,
  type AsteriskConfigName,
  asteriskConfigFiles,
} from '../../survival/knowledge/asterisk/asterisk-config.ts'
import type { ConfLine, ConfSection } from '../../survival/knowledge/asterisk/conf-section.ts'
import type { AmiMessage } from './ami-message.ts'
import { type AmiAccount, AmiSession } from './ami-session.ts'
import { AmiTrouble } from './ami-trouble.ts'

/** A file of 7,000 extensions of FreePBX; the lines come with 22 characters before each. */
const limits = { events: 'off', largestMessage: 32 << 20, answerWithinMs: 60_000 } as const

/**
 * Reads the config files of an Asterisk by `GetConfig`. It has a session of its own, so that an answer which is too large
 * or too slow never costs the one by which the Asterisk is watched. Rejects with `AmiTrouble`.
 */
export async function readAmiConfig(account: AmiAccount, clock: Clock): Promise<AsteriskConfig> {
  const session = await AmiSession.open(
    { account, limits, clock, onEvent: () => undefined, onEnd: () => undefined },
    new AbortController().signal,
  )
  try {
    const unread: string[] = []
    const files = new Map<AsteriskConfigName, readonly ConfSection[] | undefined>()
    for (const name of Object.keys(asteriskConfigFiles) as AsteriskConfigName[])
      files.set(name, await readWhole(session, name, unread))
    return {
      pjsip: files.get('pjsip'),
      sip: files.get('sip'),
      queues: files.get('queues'),
      voicemail: files.get('voicemail'),
      extensions: files.get('extensions'),
      unread,
    }
  } finally {
    session.close()
  }
}

/**
 * Asterisk refuses files that are links out of its folder ("escalated privileges"), which those of FreePBX are; what they
 * include is not.
 */
async function readWhole(
  session: AmiSession,
  name: AsteriskConfigName,
  unread: string[],
): Promise<readonly ConfSection[] | undefined> {
  const { file, parts } = asteriskConfigFiles[name]
  const whole = await getConfig(session, file)
  if (typeof whole !== 'string') return whole
  if (!/privilege/i.test(whole)) {
    if (!/not found/i.test(whole)) unread.push(`${file}: ${whole}`)
    return undefined
  }
  const found: ConfSection[] = []
  for (const part of parts) {
    const sections = await getConfig(session, part)
    if (typeof sections !== 'string') found.push(...sections)
  }
  if (found.length > 0) return found
  unread.push(`${file}: the Asterisk does not hand it out (${whole})`)
  return undefined
}

/** The sections, or Asterisk's words of refusal. */
async function getConfig(session: AmiSession, file: string): Promise<readonly ConfSection[] | string> {
  try {
    return readSections(await session.action('GetConfig', ['Filename', file]))
  } catch (error) {
    if (error instanceof AmiTrouble && error.kind === 'refused') {
      if (/permission/i.test(error.message))
        throw new AmiTrouble('refused', `${error.message}; its manager account needs "system" in "write"`)
      return error.message
    }
    throw error
  }
}

/** `Category-000001: 201`, `IsTemplate-000001: 1`, `Line-000001-000000: type=endpoint`; templates are applied already. */
function readSections(message: AmiMessage): readonly ConfSection[] {
  const sections: { name: string; isTemplate: boolean; lines: ConfLine[] }[] = []
  for (const [field, value] of message.fields) {
    const current = sections.at(-1)
    if (/^Category-\d+$/i.test(field)) sections.push({ name: value, isTemplate: false, lines: [] })
    else if (current && /^IsTemplate-\d+$/i.test(field)) current.isTemplate = value === '1'
    else if (current && /^Line-\d+-\d+$/i.test(field)) current.lines.push(readLine(value))
  }
  return sections
}

function readLine(text: string): ConfLine {
  const equals = text.indexOf('=')
  // Asterisk tells `exten => …` as `exten=…`, some versions as `exten=>…`.
  return [
    text.slice(0, equals).trim(),
    text
      .slice(equals + 1)
      .replace(/^>/, '')
      .trim(),
  ]
}
