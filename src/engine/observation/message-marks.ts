const lineFeed = 0x0a
const carriageReturn = 0x0d
const colon = 0x3a
const lowerCase = 0x20
const letterC = 0x63
const letterI = 0x69
const callIdName = Buffer.from('call-id')
const shortCallIdName = Buffer.from('i')
const cseqName = Buffer.from('cseq')

/**
 * Where in the bytes of a message its Call-ID and the method of its CSeq stand: enough to tell which call it belongs
 * to, without parsing or allocating. The same object is used for one message after another.
 */
export class MessageMarks {
  callIdStart = 0
  callIdEnd = 0
  cseqMethodAt = 0

  /** False when one of the two is missing. Names in any case, and `i`; only the first of each counts. */
  find(data: Uint8Array): boolean {
    this.callIdEnd = 0
    this.cseqMethodAt = 0
    let at = nextLine(data, 0)
    while (at < data.length && data[at] !== carriageReturn && data[at] !== lineFeed) {
      const first = (data[at] ?? 0) | lowerCase
      if (first === letterC || first === letterI) {
        this.#look(data, at)
        if (this.callIdEnd > 0 && this.cseqMethodAt > 0) return true
      }
      at = nextLine(data, at)
    }
    return false
  }

  #look(data: Uint8Array, at: number): void {
    if (this.callIdEnd === 0) {
      const value = valueAfter(data, at, callIdName) || valueAfter(data, at, shortCallIdName)
      if (value > 0) {
        this.callIdStart = value
        this.callIdEnd = endOfWord(data, value)
        return
      }
    }
    const value = valueAfter(data, at, cseqName)
    if (value > 0) this.cseqMethodAt = skipBlanks(data, endOfWord(data, value))
  }
}

function nextLine(data: Uint8Array, from: number): number {
  let at = from
  while (at < data.length && data[at] !== lineFeed) at++
  return at + 1
}

/** Where the value of the header at `at` begins; 0 when it has another name. */
function valueAfter(data: Uint8Array, at: number, name: Uint8Array): number {
  for (let i = 0; i < name.length; i++) if (((data[at + i] ?? 0) | lowerCase) !== name[i]) return 0
  const afterName = skipBlanks(data, at + name.length)
  return data[afterName] === colon ? skipBlanks(data, afterName + 1) : 0
}

function skipBlanks(data: Uint8Array, from: number): number {
  let at = from
  while (data[at] === 0x20 || data[at] === 0x09) at++
  return at
}

function endOfWord(data: Uint8Array, from: number): number {
  let at = from
  while (at < data.length && (data[at] ?? 0) > 0x20) at++
  return at
}
