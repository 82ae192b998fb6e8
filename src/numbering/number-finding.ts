/** Something in the numbers of a config that does not work as somebody meant it. */
export interface NumberFinding {
  /** An error makes calls go wrong; a warning may be meant. */
  readonly severity: 'error' | 'warning'
  /** Its place as an operator writes it: `numbering.rules[0]`, `trunks.carrier.numbers.out[1]`. */
  readonly key: string
  readonly text: string
}
