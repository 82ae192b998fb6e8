import { isIPv4 } from 'node:net'
import type { PublishedBox } from '../../overlay/membership/domain-search.ts'
import { publicKeyOf } from '../../overlay/protocol/peer-id.ts'
import type { DnsQuestion, DnsRecord } from '../dns/dns-record.ts'

/** The box's own view of the DNS. */
export interface NameService {
  /** None means that there are none. Rejects when no server answers. */
  records(question: DnsQuestion): Promise<readonly DnsRecord[]>
}

type RecordOf<Type extends DnsRecord['type']> = Extract<DnsRecord, { type: Type }>

const mostBoxes = 16
const mostAddresses = 8

/**
 * The boxes that an overlay's domain publishes: hosts by SRV `_causeway._tcp.<domain>`, best priority first, and boxes
 * by TXT `_causeway.<domain>`, each a record of words `addr=<multiaddress>`, with `peer=<peer id>` when the box must
 * prove to be that one. Rejects when neither question is answered.
 */
export async function publishedBoxes(domain: string, names: NameService): Promise<readonly PublishedBox[]> {
  const [texts, services] = await Promise.allSettled([
    names.records({ name: `_causeway.${domain}`, type: 'TXT' }),
    names.records({ name: `_causeway._tcp.${domain}`, type: 'SRV' }),
  ])
  if (texts.status === 'rejected' && services.status === 'rejected') throw texts.reason
  const hosts = ofType(services, 'SRV')
    .filter(({ target }) => target !== '')
    .toSorted((a, b) => a.priority - b.priority)
    .slice(0, mostBoxes)
  const located = await Promise.all(hosts.map((host) => locate(host, names)))
  return [...ofType(texts, 'TXT').flatMap(readText), ...located.flat()].slice(0, mostBoxes)
}

function readText({ text }: RecordOf<'TXT'>): PublishedBox[] {
  const words = text.split(/\s+/)
  const valuesOf = (key: string) =>
    words.filter((word) => word.startsWith(`${key}=`)).map((word) => word.slice(key.length + 1))
  const [peer] = valuesOf('peer')
  const addresses = valuesOf('addr').slice(0, mostAddresses)
  if (addresses.length === 0 || (peer !== undefined && !publicKeyOf(peer))) return []
  return [{ peer, addresses }]
}

async function locate({ target, port }: RecordOf<'SRV'>, names: NameService): Promise<PublishedBox[]> {
  const [six, four] = await Promise.allSettled([
    names.records({ name: target, type: 'AAAA' }),
    names.records({ name: target, type: 'A' }),
  ])
  const addresses = [...ofType(six, 'AAAA'), ...ofType(four, 'A')]
    .map(({ address }) => `/${isIPv4(address) ? 'ip4' : 'ip6'}/${address}/tcp/${port}`)
    .slice(0, mostAddresses)
  return addresses.length > 0 ? [{ peer: undefined, addresses }] : []
}

function ofType<Type extends DnsRecord['type']>(
  answer: PromiseSettledResult<readonly DnsRecord[]>,
  type: Type,
): RecordOf<Type>[] {
  if (answer.status === 'rejected') return []
  return answer.value.filter((record): record is RecordOf<Type> => record.type === type)
}
