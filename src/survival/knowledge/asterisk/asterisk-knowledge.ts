import type { KnownExtension, PbxKnowledge } from '../../../domain/known-extension.ts'
import type { E164 } from '../../../domain/phone-number.ts'
import type { AsteriskConfig } from './asterisk-config.ts'
import { chanSipPhones } from './chan-sip-phones.ts'
import type { ConfSection } from './conf-section.ts'
import { readDialplan } from './dialplan.ts'
import { directNumbers } from './direct-numbers.ts'
import { ExtensionNames } from './extension-names.ts'
import { pjsipPhones } from './pjsip-phones.ts'
import { readQueues } from './queues.ts'
import { shortNumbers } from './short-numbers.ts'
import type { MakeDigests, ToldPhone } from './told-phones.ts'
import { voicemailBoxes } from './voicemail-boxes.ts'

export interface AsteriskReading {
  readonly makeDigests: MakeDigests
  /** The number that a trunk means by these digits. */
  readNumber(digits: string): E164 | undefined
}

const none: readonly ConfSection[] = []

/** What the config of an Asterisk says of its extensions, groups and direct numbers. */
export function asteriskKnowledge(config: AsteriskConfig, reading: AsteriskReading): PbxKnowledge {
  const pjsip = pjsipPhones(config.pjsip ?? none, reading.makeDigests)
  const sip = chanSipPhones(config.sip ?? none, reading.makeDigests)
  const phones = [...pjsip.phones, ...sip.phones]
  const { queues, unread: unreadMembers } = readQueues(config.queues ?? none)
  const dialplan = readDialplan(config.extensions ?? none)
  const names = new ExtensionNames(phones)
  const short = shortNumbers(dialplan, phones, queues, names)
  const trunkContexts = [...pjsip.trunkContexts, ...sip.trunkContexts]
  const direct = directNumbers({
    dialplan,
    trunkContexts,
    phoneContexts: phones.map(({ context }) => context),
    names,
    groups: short.groups,
    readNumber: reading.readNumber,
  })
  const boxes = voicemailBoxes(config.voicemail ?? none)
  const extensions = new Map<string, KnownExtension>()
  // Somebody may have a device in both channel drivers: then either password does.
  for (const phone of phones) {
    const other = extensions.get(phone.user)
    const extension = extensionOf(phone, names, boxes)
    const digests = [...(other?.digests ?? []), ...extension.digests]
    extensions.set(phone.user, {
      ...extension,
      displayName: other?.displayName ?? extension.displayName,
      digests,
    })
  }
  return {
    extensions: [...extensions.values()],
    groups: [...short.groups, ...direct.groups],
    dids: direct.dids,
    unread: [
      ...config.unread,
      ...pjsip.unread,
      ...sip.unread,
      ...unreadMembers,
      ...short.unread,
      ...direct.unread,
    ],
  }
}

function extensionOf(
  phone: ToldPhone,
  names: ExtensionNames,
  boxes: ReadonlyMap<string, string>,
): KnownExtension {
  const { user, digests } = phone
  const voicemail = phone.voicemail ?? (boxes.has(`${user}@default`) ? `${user}@default` : undefined)
  const owner = boxes.get(withContext(voicemail) ?? '') || undefined
  return {
    user,
    displayName: phone.displayName ?? owner,
    aliases: names.aliasesOf(user),
    numbers: [],
    digests,
    voicemail,
    mayDial: undefined,
  }
}

function withContext(mailbox: string | undefined): string | undefined {
  return mailbox === undefined || mailbox.includes('@') ? mailbox : `${mailbox}@default`
}
