/** The flow that a request was meant for is gone, and there is no other way to who was at its end (RFC 5626 §5.3: 430). */
export class FlowFailed extends Error {
  override readonly name = 'FlowFailed'
}
