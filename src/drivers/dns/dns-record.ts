export type RecordType = 'A' | 'AAAA' | 'SRV' | 'NAPTR' | 'TXT'

export interface DnsQuestion {
  /** Without the final dot. */
  readonly name: string
  readonly type: RecordType
}

export interface AddressRecord {
  readonly type: 'A' | 'AAAA'
  readonly address: string
}

/** RFC 2782. */
export interface SrvRecord {
  readonly type: 'SRV'
  readonly priority: number
  readonly weight: number
  readonly port: number
  /** Empty for the root: "the service is decidedly not available". */
  readonly target: string
}

/** RFC 3403 §4.1. */
export interface NaptrRecord {
  readonly type: 'NAPTR'
  readonly order: number
  readonly preference: number
  /** Upper case. */
  readonly flags: string
  /** Upper case. */
  readonly services: string
  readonly regexp: string
  readonly replacement: string
}

/** RFC 1035 §3.3.14. */
export interface TxtRecord {
  readonly type: 'TXT'
  /** The character strings of one record, joined. */
  readonly text: string
}

export type DnsRecord = AddressRecord | SrvRecord | NaptrRecord | TxtRecord

/** What is known about a question: records, or the certainty that there are none. */
export interface DnsAnswer {
  readonly records: readonly DnsRecord[]
  readonly ttlSeconds: number
}
