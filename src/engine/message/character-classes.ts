const token = 1
const digit = 2
const hex = 4
const host = 8
const blank = 16
/** May stand unquoted in a parameter value: wider than RFC 3261 `gen-value`, as real devices are. */
const bareValue = 32
const scheme = 64

const classes = new Uint8Array(128)

function mark(bits: number, characters: string): void {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i)
    classes[code] = (classes[code] ?? 0) | bits
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digits = '0123456789'
mark(token | host | bareValue | scheme, letters + digits)
mark(digit | hex, digits)
mark(hex, 'abcdefABCDEF')
mark(token | bareValue, "-.!%*_+`'~")
mark(host, '-._')
mark(scheme, '+-.')
mark(bareValue, '[]:/?@&=$#^{}|')
mark(blank, ' \t')

// Callers stay inside the text: `charCodeAt` past its end gives NaN, which makes V8 slow.
const is = (code: number, bits: number): boolean => code < 128 && ((classes[code] as number) & bits) !== 0

export const isTokenCode = (code: number): boolean => is(code, token)
export const isDigitCode = (code: number): boolean => is(code, digit)
export const isHexCode = (code: number): boolean => is(code, hex)
/** Letters of a host name; `_` is not in the RFC's grammar but in many a network's names. */
export const isHostCode = (code: number): boolean => is(code, host)
export const isBlankCode = (code: number): boolean => is(code, blank)
/** Characters beyond ASCII count too: they are legal only in quoted strings, but carry no syntax. */
export const isBareValueCode = (code: number): boolean => code >= 128 || is(code, bareValue)
export const isSchemeCode = (code: number): boolean => is(code, scheme)

export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false
  return text.length > 0
}
