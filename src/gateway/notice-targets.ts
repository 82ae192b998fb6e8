import type { NoticesSection } from '../config/sections/notices.ts'
import type { DnsHopResolver } from '../drivers/dns/dns-hop-resolver.ts'
import { Mailbox } from '../drivers/mail/mailbox.ts'
import { Webhook } from '../drivers/webhook/webhook.ts'
import type { Clock } from '../lib/clock.ts'
import type { NoticeTarget } from '../notice/notice-target.ts'
import { version } from './version.ts'

export type HostLookUp = Pick<DnsHopResolver, 'resolve'>

/** Who is told of notices, as the config says. */
export function noticeTargets(
  { webhooks, mail }: NoticesSection,
  box: string,
  names: HostLookUp,
  clock: Clock,
): NoticeTarget[] {
  const addressesOf = async (host: string, signal: AbortSignal) => {
    // RFC 3263 §4.2: with a port it is the addresses of the host itself.
    const hops = await names.resolve({ scheme: 'sip', host, port: 5060, transport: undefined }, signal)
    return hops.map(({ address }) => address)
  }
  const addresses = webhooks.map(({ url }) => url.replace(/[?#].*$/, ''))
  const targets: NoticeTarget[] = webhooks.map((entry, index) => {
    const place = addresses.slice(0, index + 1).filter((address) => address === addresses[index]).length
    return new Webhook({ ...entry, place, box, version, addressesOf, now: () => clock.now() })
  })
  if (!mail) return targets
  const port = mail.port ?? (mail.security === 'tls' ? 465 : 587)
  return [...targets, new Mailbox({ ...mail, port, box, addressesOf })]
}
