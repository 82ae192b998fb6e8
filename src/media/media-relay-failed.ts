import { GatewayError } from '../domain/gateway-error.ts'

/** The media relay did not answer in time, or refused. */
export class MediaRelayFailed extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'box'
  readonly tryNextTarget = false

  constructor(command: string, reason: string, options?: ErrorOptions) {
    super(`the media relay failed to ${command}: ${reason}`, options)
  }
}
