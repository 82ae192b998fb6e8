/** How the host of the engine stands to a source: one that it knows to be a user's, or one that gets no answer. */
export interface Standing {
  readonly kind: 'known' | 'banned'
  /** Milliseconds since the Unix epoch. */
  readonly until: number
}
