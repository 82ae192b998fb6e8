/** One `[name]` of an Asterisk config file, with what it inherits from its templates. Names may repeat. */
export interface ConfSection {
  readonly name: string
  readonly isTemplate: boolean
  /** In the order in which Asterisk reads them. */
  readonly lines: readonly ConfLine[]
}

export type ConfLine = readonly [key: string, value: string]

/** The value that counts for a setting which there can be only one of. */
export function lastValue({ lines }: Pick<ConfSection, 'lines'>, key: string): string | undefined {
  return lines.findLast(([name]) => name.toLowerCase() === key)?.[1]
}

/** All values of a setting that may be repeated, or hold several between commas. */
export function allValues({ lines }: Pick<ConfSection, 'lines'>, key: string): readonly string[] {
  return lines.flatMap(([name, value]) => (name.toLowerCase() === key ? splitValues(value) : []))
}

function splitValues(value: string): string[] {
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}
