import { isBareValueCode, isToken, isTokenCode } from './character-classes.ts'
import { quoted, type Scanner } from './scanner.ts'
import { SipParseError } from './sip-parse-error.ts'

const semicolon = 0x3b
const equals = 0x3d
const quote = 0x22

/** Far above what any real value has; each new one is compared with all before. */
const maximumCount = 64

export type ParamValue = string | true

interface Param {
  readonly name: string
  readonly value: ParamValue
  readonly isQuoted: boolean
}

/** The `;name=value` list behind a header value or in a URI, in order. Names are lower case; a bare `;name` is `true`. */
export class Params implements Iterable<readonly [name: string, value: ParamValue]> {
  #list: Param[] = []

  constructor(entries: Iterable<readonly [name: string, value: ParamValue]> = []) {
    for (const [name, value] of entries) this.set(name, value)
  }

  get size(): number {
    return this.#list.length
  }

  has(name: string): boolean {
    return this.#list.some((param) => param.name === name)
  }

  get(name: string): ParamValue | undefined {
    for (const param of this.#list) if (param.name === name) return param.value
    return undefined
  }

  /** The value as text; undefined also for a parameter without a value. */
  text(name: string): string | undefined {
    const value = this.get(name)
    return value === true ? undefined : value
  }

  /** Quoted strings lose their quotes here and get them back when printed. */
  set(name: string, value: ParamValue): this {
    return this.#put({ name: name.toLowerCase(), value, isQuoted: value !== true && !isPlain(value) })
  }

  delete(name: string): boolean {
    const before = this.#list.length
    this.#list = this.#list.filter((param) => param.name !== name)
    return this.#list.length < before
  }

  clone(): Params {
    const copy = new Params()
    copy.#list = this.#list.slice()
    return copy
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: ParamValue]> {
    for (const { name, value } of this.#list) yield [name, value]
  }

  toString(): string {
    let text = ''
    for (const { name, value, isQuoted } of this.#list)
      text += value === true ? `;${name}` : `;${name}=${isQuoted ? quoted(value) : value}`
    return text
  }

  /** Adds a parameter as it came. RFC 3261 §7.3.1: one name, one value; a verbatim repetition is let pass. */
  add(name: string, value: ParamValue, isQuoted: boolean): void {
    const list = this.#list
    const key = isLowerCase(name) ? name : name.toLowerCase()
    for (let i = 0; i < list.length; i++) {
      const param = list[i] as Param
      if (param.name !== key) continue
      if (param.value === value) return
      throw new SipParseError('Contradicting Parameters')
    }
    if (list.length >= maximumCount) throw new SipParseError('Too Many Parameters')
    list.push({ name: key, value, isQuoted })
  }

  #put(param: Param): this {
    const index = this.#list.findIndex((other) => other.name === param.name)
    if (index < 0) this.#list.push(param)
    else this.#list[index] = param
    return this
  }
}

/** Reads `;name=value…` up to the first character that is no part of it. */
export function readParams(scanner: Scanner): Params {
  const params = new Params()
  while (scanner.take(semicolon)) {
    scanner.skipBlanks()
    const name = scanner.token()
    if (name === '') throw new SipParseError('Bad Parameter')
    if (scanner.take(equals)) {
      scanner.skipBlanks()
      if (scanner.isAt(quote)) params.add(name, scanner.quotedString(), true)
      else params.add(name, bareValue(scanner), false)
    } else {
      params.add(name, true, false)
    }
  }
  return params
}

function bareValue(scanner: Scanner): string {
  const { text } = scanner
  const start = scanner.position
  let end = start
  while (end < text.length && isBareValueCode(text.charCodeAt(end))) end++
  scanner.position = end
  return text.slice(start, end)
}

/** RFC 3261 §25.1 gen-value: a token or a host, which may be an IPv6 address. */
function isPlain(value: string): boolean {
  if (isToken(value)) return true
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (!isTokenCode(code) && code !== 0x3a && code !== 0x5b && code !== 0x5d) return false
  }
  return value !== ''
}

/** Cheaper than making a lower-case copy of what nearly always is lower case already. */
function isLowerCase(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code >= 0x41 && code <= 0x5a) return false
  }
  return true
}
