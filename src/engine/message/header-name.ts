/** A header's identity (`key`, lower case, long form) and the spelling it is printed in. */
export interface HeaderName {
  readonly key: string
  readonly name: string
  /** A bit of its own for headers of which a message may have only one line, else 0. */
  readonly singleBit: number
}

// RFC 3261 §7.3.3, §20 and the IANA registry of header fields.
const spellings = [
  'Via From To Call-ID CSeq Contact Max-Forwards Content-Length Content-Type Route Record-Route',
  'Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Authentication-Info',
  'Authorization Call-Info Content-Disposition Content-Encoding Content-ID Content-Language Date',
  'Diversion Error-Info Event Expires Feature-Caps Flow-Timer Geolocation Geolocation-Routing Geolocation-Error',
  'History-Info Identity Identity-Info Info-Package In-Reply-To Join MIME-Version Min-Expires Min-SE',
  'Organization P-Access-Network-Info P-Asserted-Identity P-Associated-URI P-Called-Party-ID',
  'P-Charging-Function-Addresses P-Charging-Vector P-Early-Media P-Preferred-Identity P-Visited-Network-ID',
  'Path Priority Privacy Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Recv-Info Refer-Sub',
  'Refer-To Referred-By Reject-Contact Remote-Party-ID Replaces Reply-To Request-Disposition Require',
  'Resource-Priority Retry-After RSeq Security-Client Security-Server Security-Verify Server Service-Route',
  'Session-Expires SIP-ETag SIP-If-Match Subject Subscription-State Supported Target-Dialog Timestamp',
  'Unsupported User-Agent User-to-User Warning WWW-Authenticate',
].flatMap((line) => line.split(' '))

const compactForms: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
}

const singles = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Length', 'Content-Type', 'Expires']

const known = new Map<string, HeaderName>()
for (const name of spellings) {
  const entry = {
    key: name.toLowerCase(),
    name,
    singleBit: singles.includes(name) ? 1 << singles.indexOf(name) : 0,
  }
  for (const spelling of [name, entry.key, name.toUpperCase()]) known.set(spelling, entry)
}
for (const [letter, name] of Object.entries(compactForms)) {
  const entry = known.get(name)
  if (!entry) throw new Error(`compact form of an unlisted header: ${name}`)
  known.set(letter, entry).set(letter.toUpperCase(), entry)
}

/** Looks a name up in any spelling, long or compact. A name nobody has registered keeps the spelling it came in. */
export function headerName(spelling: string): HeaderName {
  const entry = known.get(spelling)
  if (entry) return entry
  const key = spelling.toLowerCase()
  return known.get(key) ?? { key, name: spelling, singleBit: 0 }
}

// Registered spellings by length, first and last letter; where two meet, the more frequent (listed first) has the slot.
const slots: (HeaderName | undefined)[] = new Array(256).fill(undefined)
const slotOf = (length: number, first: number, last: number): number => (length * 7 + first * 5 + last) & 255
for (const name of spellings) {
  const slot = slotOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1))
  slots[slot] ??= known.get(name)
}

/** `headerName` of the text between two offsets, `end` after `start`; registered spellings cost no copy. */
export function headerNameAt(text: string, start: number, end: number): HeaderName {
  const length = end - start
  const entry = slots[slotOf(length, text.charCodeAt(start), text.charCodeAt(end - 1))]
  if (entry !== undefined && entry.name.length === length && text.startsWith(entry.name, start)) return entry
  return headerName(text.slice(start, end))
}
