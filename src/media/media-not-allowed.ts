import { GatewayError } from '../domain/gateway-error.ts'

/** The policy of a trunk does not let the media of a call through as it is, and nothing here can change it. */
export class MediaNotAllowed extends GatewayError {
  readonly sipStatus = 488
  readonly fault = 'far-end'
  readonly tryNextTarget = true

  constructor(rule: string, found: string) {
    super(`${rule}, but ${found}`)
  }
}
