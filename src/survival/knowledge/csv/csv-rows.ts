/** A record of a CSV file (RFC 4180) and the line on which it begins. */
export interface CsvRow {
  readonly line: number
  readonly fields: readonly string[]
}

/** A quote that never ends began on the line `unendedSince`. Fields are trimmed; empty lines and lines that begin with # are left out. */
export function readCsvRows(text: string): CsvRow[] | { readonly unendedSince: number } {
  const rows: CsvRow[] = []
  let fields: string[] = []
  let field = ''
  let isQuoted = false
  let line = 1
  let startedAt = 1
  let quotedAt = 1
  const source = text.replace(/^\uFEFF/, '')
  const separator = separatorOf(source)
  const endField = () => {
    fields.push(field.trim())
    field = ''
  }
  const endRow = () => {
    endField()
    const isMeant = fields.some((each) => each !== '') && !fields[0]?.startsWith('#')
    if (isMeant) rows.push({ line: startedAt, fields })
    fields = []
    startedAt = line
  }
  for (let at = 0; at < source.length; at++) {
    const character = source[at]
    if (character === '\n') line++
    if (isQuoted) {
      if (character !== '"') field += character
      else if (source[at + 1] === '"') field += source[++at]
      else isQuoted = false
    } else if (character === '"' && field.trim() === '') {
      isQuoted = true
      quotedAt = line
    } else if (character === separator) endField()
    else if (character === '\n') endRow()
    else if (character !== '\r') field += character
  }
  if (isQuoted) return { unendedSince: quotedAt }
  endRow()
  return rows
}

/** Spreadsheets of many countries write semicolons. */
function separatorOf(text: string): ',' | ';' {
  const [first = ''] = text.split('\n', 1)
  return first.includes(';') && !first.includes(',') ? ';' : ','
}
