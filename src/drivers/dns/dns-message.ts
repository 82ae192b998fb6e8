import { Packet, type Resource } from 'dns2'
import type { DnsQuestion, DnsRecord } from './dns-record.ts'
import { type NaptrData, teachNaptr } from './naptr-codec.ts'

teachNaptr()

const typeCode = { A: 1, TXT: 16, AAAA: 28, SRV: 33, NAPTR: 35 } as const
const cname = 5
const soa = 6
const internet = 1
// RFC 9715 §3: what passes without fragments nearly everywhere.
const udpPayloadBytes = 1_232

/** A reply to exactly the question that was asked. */
export interface DnsReply {
  readonly rcode: number
  readonly isTruncated: boolean
  readonly records: readonly DnsRecord[]
  /** Where the last CNAME led when there are no records behind it in this message. */
  readonly alias: string | undefined
  /** Least TTL of the records and CNAMEs used; for an empty reply that of RFC 2308 §5, undefined without SOA. */
  readonly ttlSeconds: number | undefined
}

export const responseCode = { ok: 0, formatError: 1, serverFailure: 2, noSuchName: 3 } as const

/** Throws when the name cannot be written (a label over 63 octets, say). */
export function encodeQuery(question: DnsQuestion, id: number, useEdns: boolean): Buffer {
  const packet = new Packet()
  packet.header.id = id
  packet.header.rd = 1
  packet.questions.push(new Packet.Question(question.name, typeCode[question.type], internet))
  if (useEdns) packet.additionals.push(Packet.Resource.EDNS([], { udpPayloadSize: udpPayloadBytes }))
  return packet.toBuffer()
}

/** Undefined when the message is no reply to this query (RFC 5452 §9.1): whoever waits goes on waiting. */
export function decodeReply(data: Buffer, question: DnsQuestion, id: number): DnsReply | undefined {
  const packet = parse(data)
  if (!packet || packet.header.id !== id || !packet.header.qr || !isAbout(packet, question)) return undefined
  const { header, answers } = packet
  const isTruncated = Boolean(header.tc)
  let owner = question.name.toLowerCase()
  let ttl = Number.POSITIVE_INFINITY
  const aliases = answers.filter((resource) => resource.type === cname)
  for (let hops = 0; hops < aliases.length; hops++) {
    const link = aliases.find((resource) => resource.name.toLowerCase() === owner)
    if (!link?.domain) break
    ttl = Math.min(ttl, link.ttl)
    owner = link.domain.toLowerCase()
  }
  const records: DnsRecord[] = []
  for (const resource of answers) {
    if (resource.type !== typeCode[question.type] || resource.name.toLowerCase() !== owner) continue
    records.push(recordOf(resource, question.type))
    ttl = Math.min(ttl, resource.ttl)
  }
  const isAlias =
    header.rcode === responseCode.ok && records.length === 0 && owner !== question.name.toLowerCase()
  return {
    rcode: header.rcode,
    isTruncated,
    records,
    alias: isAlias ? owner : undefined,
    ttlSeconds: records.length > 0 || isAlias ? ttl : negativeTtl(packet, ttl),
  }
}

function parse(data: Buffer): Packet | undefined {
  try {
    return Packet.parse(data)
  } catch (error) {
    if (error instanceof Packet.DecodeError) return undefined // a stray datagram must not end the wait
    throw error
  }
}

function isAbout(packet: Packet, { name, type }: DnsQuestion): boolean {
  const [asked] = packet.questions
  return asked?.type === typeCode[type] && asked.name.toLowerCase() === name.toLowerCase()
}

function recordOf(resource: Resource & NaptrData, type: DnsQuestion['type']): DnsRecord {
  switch (type) {
    case 'A':
    case 'AAAA':
      return { type, address: resource.address ?? '' }
    case 'SRV':
      return {
        type,
        priority: resource.priority ?? 0,
        weight: resource.weight ?? 0,
        port: resource.port ?? 0,
        target: resource.target ?? '',
      }
    case 'NAPTR':
      return {
        type,
        order: resource.order ?? 0,
        preference: resource.preference ?? 0,
        flags: (resource.naptrFlags ?? '').toUpperCase(),
        services: (resource.services ?? '').toUpperCase(),
        regexp: resource.regexp ?? '',
        replacement: resource.replacement ?? '',
      }
    case 'TXT':
      return { type, text: [resource.data ?? []].flat().join('') }
  }
}

function negativeTtl(packet: Packet, ttl: number): number | undefined {
  const authority = packet.authorities.find((resource) => resource.type === soa)
  if (!authority) return undefined
  return Math.min(ttl, authority.ttl, authority.minimum ?? 0)
}
