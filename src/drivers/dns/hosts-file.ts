import { readFileSync } from 'node:fs'
import { isIP, isIPv4 } from 'node:net'
import type { AddressRecord, DnsQuestion, DnsRecord } from './dns-record.ts'

/** Names from a hosts(5) file; they win over the DNS, as everywhere else on the machine. Read once. */
export class HostsFile {
  readonly #names = new Map<string, AddressRecord[]>()

  static ofSystem(path = '/etc/hosts'): HostsFile {
    try {
      return new HostsFile(readFileSync(path, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new HostsFile('')
      throw error
    }
  }

  constructor(text: string) {
    // RFC 6761 §6.3: localhost is never asked of a server.
    for (const line of ['127.0.0.1 localhost', '::1 localhost', ...text.split('\n')]) {
      const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
      if (isIP(address)) for (const name of names) this.#add(name.toLowerCase(), address)
    }
  }

  /** Undefined when the file does not know the name: then the DNS decides. */
  find({ name, type }: DnsQuestion): readonly DnsRecord[] | undefined {
    const host = type === 'SRV' ? name.replace(/^_[^.]*\._[^.]*\./, '') : name
    return this.#names.get(host.toLowerCase())?.filter((record) => record.type === type)
  }

  #add(name: string, address: string): void {
    const records = this.#names.get(name) ?? []
    if (!records.some((known) => known.address === address)) {
      records.push({ type: isIPv4(address) ? 'A' : 'AAAA', address })
    }
    this.#names.set(name, records)
  }
}
