/** One challenge of WWW-Authenticate or Proxy-Authenticate (RFC 7616 §3.3); parameter names in lower case. */
export type DigestChallenge = ReadonlyMap<string, string>

const parameter = /\s*,?\s*([A-Za-z0-9_.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)/y
const scheme = /[\s,]*([A-Za-z]+)\s+(?=[A-Za-z0-9_.-]+\s*=)/y

/** Reads all challenges of one header line; several may stand in one line, and other schemes are passed over. */
export function parseChallenges(line: string): DigestChallenge[] {
  const challenges: DigestChallenge[] = []
  let position = 0
  for (;;) {
    scheme.lastIndex = position
    const opened = scheme.exec(line)
    if (!opened) return challenges
    const parameters = new Map<string, string>()
    position = readParameters(line, scheme.lastIndex, parameters)
    if (opened[1]?.toLowerCase() === 'digest') challenges.push(parameters)
  }
}

function readParameters(line: string, start: number, into: Map<string, string>): number {
  let position = start
  for (;;) {
    parameter.lastIndex = position
    const match = parameter.exec(line)
    if (!match?.[1] || match[2] === undefined) return position
    position = parameter.lastIndex
    into.set(match[1].toLowerCase(), unquoted(match[2]))
  }
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
}
