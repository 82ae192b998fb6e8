/** Requests by method, those of unknown methods together; responses by class. A kind is an index into this list. */
export const kindNames = [
  'other',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'UPDATE',
  'INFO',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'REFER',
  '1xx',
  '2xx',
  '3xx',
  '4xx',
  '5xx',
  '6xx',
] as const

export type KindName = (typeof kindNames)[number]

const firstMethod = kindNames.indexOf('INVITE')
const beforeFirstClass = kindNames.indexOf('1xx') - 1
const other = 0
const space = 0x20
/** `SIP/2.0 200`: where the class stands. */
const classAt = 8
const versionStart = letters('SIP')

// Three letters tell the methods apart; the blank must follow where the method ends.
const kindByLetters = new Map(
  kindNames.slice(firstMethod, beforeFirstClass + 1).map((name, n) => [letters(name), firstMethod + n]),
)

/** Looks at the first bytes only: what is malformed further on has a kind too. */
export function kindOf(data: Uint8Array): number {
  const start = ((data[0] ?? 0) << 16) | ((data[1] ?? 0) << 8) | (data[2] ?? 0)
  if (start === versionStart && data[3] === 0x2f) {
    const digit = (data[classAt] ?? 0) - 0x30
    return digit >= 1 && digit <= 6 ? beforeFirstClass + digit : other
  }
  return methodAt(data, 0, start)
}

/** The kind of the method that is written at `at`, such as the one in CSeq, whatever comes after it. */
export function methodKindAt(data: Uint8Array, at: number): number {
  const start = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0)
  return kindByLetters.get(start) ?? other
}

export function isResponseKind(kind: number): boolean {
  return kind > beforeFirstClass
}

function methodAt(data: Uint8Array, at: number, start: number): number {
  const kind = kindByLetters.get(start) ?? other
  return data[at + (kindNames[kind] ?? '').length] === space ? kind : other
}

function letters(name: string): number {
  return (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2)
}
