import { GatewayError } from '../../domain/gateway-error.ts'

/** The database refused a write; nothing of it was kept. RFC 3261 §10.3 step 7: the registration fails with 500. */
export class WriteFailed extends GatewayError {
  readonly sipStatus = 500
  readonly fault = 'box'
  readonly tryNextTarget = false

  constructor(cause: unknown) {
    super(`the database could not write: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** More is waiting to be written than the disk can take. */
export class WriteQueueFull extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'box'
  readonly tryNextTarget = false

  constructor(limit: number) {
    super(`the database has ${limit} writes waiting already`)
  }
}
