import type { Answer, StringAnswer } from 'dns-packet'

/**
 * Reads the part of the master file format that tests need: one record a line, `name ttl [IN] type data…`, names
 * absolute, `;` comments. Throws on anything else, with the line.
 */
export function parseZone(text: string): Answer[] {
  const lines = text.split('\n').map((line) => line.replace(/;.*/, '').trim())
  return lines.filter((line) => line !== '').map(parseRecord)
}

function parseRecord(line: string): Answer {
  const [owner = '', ttlText = '', ...rest] = line.match(/"[^"]*"|\S+/g) ?? []
  const [type = '', ...data] = rest[0] === 'IN' ? rest.slice(1) : rest
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = data.map(unquoted)
  const base = { name: withoutDot(owner).toLowerCase(), ttl: Number(ttlText) }
  switch (type) {
    case 'A':
    case 'AAAA':
      return { ...base, type, data: first } satisfies StringAnswer
    case 'CNAME':
    case 'NS':
      return { ...base, type, data: withoutDot(first) } satisfies StringAnswer
    case 'TXT':
      return { ...base, type, data: data.map(unquoted) }
    case 'SRV':
      return {
        ...base,
        type,
        data: {
          priority: Number(first),
          weight: Number(second),
          port: Number(third),
          target: withoutDot(fourth) || '.',
        },
      }
    case 'NAPTR':
      return {
        ...base,
        type,
        data: {
          order: Number(first),
          preference: Number(second),
          flags: third,
          services: fourth,
          regexp: fifth,
          replacement: withoutDot(sixth) || '.',
        },
      }
    case 'SOA':
      return {
        ...base,
        type,
        data: {
          mname: withoutDot(first),
          rname: withoutDot(second),
          serial: Number(third),
          refresh: Number(fourth),
          retry: Number(fifth),
          expire: Number(sixth),
          minimum: Number(unquoted(data[6] ?? '0')),
        },
      }
    default:
      throw new Error(`cannot read the zone line: ${line}`)
  }
}

function unquoted(text: string): string {
  return text.replace(/^"|"$/g, '')
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '')
}
