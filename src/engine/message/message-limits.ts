/** How large a message head may be before it is refused with 513. The body is the transport's to limit. */
export interface MessageLimits {
  /** Start line and headers with their line ends, in bytes. */
  readonly headBytes: number
  /** Header lines; a folded line counts once. */
  readonly headerLines: number
  /** Characters of one header line, unfolded, or of the start line. */
  readonly lineLength: number
}

export const defaultMessageLimits: MessageLimits = {
  headBytes: 64 * 1024,
  headerLines: 256,
  lineLength: 8 * 1024,
}
