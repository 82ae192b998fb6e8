import { allValues, type ConfSection, lastValue } from './conf-section.ts'
import { usualRealm } from './pjsip-phones.ts'
import { type MakeDigests, nameOfCallerId, type ToldPhone, type ToldPhones } from './told-phones.ts'

/** The phones of `sip.conf` (chan_sip): friends and peers that register. Those with a fixed host are lines. */
export function chanSipPhones(sections: readonly ConfSection[], makeDigests: MakeDigests): ToldPhones {
  const general = sections.find(({ name }) => name === 'general')
  const realm = (general && lastValue(general, 'realm')) || usualRealm
  const usualContext = (general && lastValue(general, 'context')) ?? 'default'
  const phones: ToldPhone[] = []
  const trunkContexts = new Set<string>()
  const unread: string[] = []
  for (const section of sections) {
    const type = lastValue(section, 'type')
    if (section.isTemplate || section === general || type === undefined) continue
    const context = lastValue(section, 'context') ?? usualContext
    if (type === 'user' || lastValue(section, 'host') !== 'dynamic') {
      trunkContexts.add(context)
      continue
    }
    const { name } = section
    const ready = lastValue(section, 'md5secret')?.toLowerCase()
    const password = lastValue(section, 'secret')
    const digests =
      ready !== undefined && /^[0-9a-f]{32}$/.test(ready)
        ? [{ username: name, realm, algorithm: 'MD5' as const, ha1: ready }]
        : password
          ? makeDigests(name, password, realm)
          : []
    if (digests.length === 0) unread.push(`${name} has no "secret" or "md5secret" that can be read`)
    phones.push({
      device: `SIP/${name}`,
      user: name,
      displayName: nameOfCallerId(lastValue(section, 'callerid')),
      digests,
      voicemail: allValues(section, 'mailbox')[0],
      context,
    })
  }
  return { phones, trunkContexts: [...trunkContexts], unread }
}
