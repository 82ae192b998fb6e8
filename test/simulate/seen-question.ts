import { decodeCborMap } from '../../src/lib/cbor.ts'

/** A question on its way, as far as the simulator looks into it. */
export interface SeenQuestion {
  readonly type: string
  /** What it is about; empty when it is about no resource. */
  readonly resource: string
}

/** Throws `MalformedCbor`. */
export function lookInto(question: Uint8Array): SeenQuestion {
  const fields = decodeCborMap(question)
  const type = fields.text('type')
  return { type, resource: type === 'fetch' ? fields.text('resource') : '' }
}
