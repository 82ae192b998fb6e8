import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { countItems } from './cbor-items.ts'

export type CborValue =
  | string
  | number
  | boolean
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue }

/** Bytes that do not have the promised shape. */
export class MalformedCbor extends Error {
  override readonly name = 'MalformedCbor'
}

/** Deterministic CBOR (RFC 8949 §4.2.1): the same value always gives the same bytes. */
export function encodeCbor(value: CborValue): Uint8Array {
  return encode(value, rfc8949EncodeOptions)
}

/** A CBOR map with text keys, to be read key by key. Throws `MalformedCbor`. */
export function decodeCborMap(bytes: Uint8Array): CborMap {
  return new CborMap(decodeStrictly(bytes))
}

/** Takes a map apart with every field checked; `end()` refuses what was not asked for. */
export class CborMap {
  readonly #fields: Map<string, unknown>

  constructor(value: unknown) {
    if (!isPlainObject(value)) throw new MalformedCbor('a map was expected')
    this.#fields = new Map(Object.entries(value))
  }

  /** Whether the field is there and not yet taken, for those that may be left out. */
  has(key: string): boolean {
    return this.#fields.has(key)
  }

  /** Names, addresses and reasons are printed for people: nothing in them may steer a terminal. */
  text(key: string, longest = 255): string {
    const value = this.#take(key)
    if (!isPrintable(value, longest)) throw wrong(key, `printable text up to ${longest}`)
    return value
  }

  /** A text out of a fixed set. */
  oneOf(key: string, known: ReadonlySet<string>): string {
    const value = this.text(key)
    if (!known.has(value)) throw wrong(key, `one of ${[...known].join(', ')}`)
    return value
  }

  bytes(key: string, longest = 65_536): Uint8Array {
    const value = this.#take(key)
    if (!(value instanceof Uint8Array) || value.length > longest) throw wrong(key, `up to ${longest} bytes`)
    return value
  }

  /** A whole number, zero or more. */
  count(key: string): number {
    const value = this.#take(key)
    if (!isCount(value)) throw wrong(key, 'a whole number')
    return value
  }

  number(key: string): number {
    const value = this.#take(key)
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(key, 'a number')
    return value
  }

  flag(key: string): boolean {
    const value = this.#take(key)
    if (typeof value !== 'boolean') throw wrong(key, 'true or false')
    return value
  }

  texts(key: string, most = 64): readonly string[] {
    return this.list(key, most, (item) => {
      if (!isPrintable(item, 255)) throw wrong(key, 'short printable texts')
      return item
    })
  }

  byteStrings(key: string, most: number, longest = 65_536): readonly Uint8Array[] {
    return this.list(key, most, (item) => {
      if (!(item instanceof Uint8Array) || item.length > longest) throw wrong(key, 'byte strings')
      return item
    })
  }

  counts(key: string, most: number): readonly number[] {
    return this.list(key, most, (item) => {
      if (!isCount(item)) throw wrong(key, 'whole numbers')
      return item
    })
  }

  list<Item>(key: string, most: number, read: (item: unknown) => Item): readonly Item[] {
    const value = this.#take(key)
    if (!Array.isArray(value) || value.length > most) throw wrong(key, `a list of up to ${most}`)
    return value.map(read)
  }

  unexpected(key: string): MalformedCbor {
    return new MalformedCbor(`field "${key}" has a value that is not known here`)
  }

  end(): void {
    for (const key of this.#fields.keys()) throw new MalformedCbor(`unknown field "${key}"`)
  }

  #take(key: string): unknown {
    const value = this.#fields.get(key)
    this.#fields.delete(key)
    return value
  }
}

function decodeStrictly(bytes: Uint8Array): unknown {
  // Decoding costs by the item, not by the byte: honest texts have far fewer.
  const most = 1_024 + bytes.length / 16
  if (countItems(bytes, most) > most) throw new MalformedCbor('too many items')
  try {
    return decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    })
  } catch (cause) {
    throw new MalformedCbor('not CBOR', { cause })
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

function isPrintable(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function wrong(key: string, wanted: string): MalformedCbor {
  return new MalformedCbor(`field "${key}" must be ${wanted}`)
}
