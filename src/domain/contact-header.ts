/** One value of Contact header lines (RFC 3261 §20.10): the URI as written, and the header's own parameters. */
export interface ContactValue {
  /** `*` in `Contact: *`. */
  readonly uri: string
  /** Names in lower case, quotes removed. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Commas outside of quotes and angle brackets separate values. */
const valuePattern = /(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g
const parameterPattern = /;\s*([^\s;=]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;]*))?/g

export function readContacts(lines: readonly string[]): ContactValue[] {
  return lines.flatMap((line) => line.match(valuePattern) ?? []).flatMap((text) => readContact(text) ?? [])
}

function readContact(text: string): ContactValue | undefined {
  const unnamed = text.replace(/^\s*"(?:[^"\\]|\\.)*"/, '')
  const bracketed = /<([^>]*)>(.*)$/s.exec(unnamed)
  // RFC 3261 §20.10: without brackets everything after the first semicolon belongs to the header.
  const bare = /^\s*([^;\s]+)(.*)$/s.exec(unnamed)
  const [, uri, rest] = bracketed ?? bare ?? []
  if (uri === undefined || rest === undefined) return undefined
  return { uri: uri.trim(), parameters: parametersOf(rest) }
}

function parametersOf(text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(parameterPattern)) {
    parameters.set(name.toLowerCase(), value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1'))
  }
  return parameters
}

/** Seconds in an `expires` parameter or an Expires header; undefined for anything else (RFC 3261 §10.2.1.1). */
export function readSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined
}
