import { GatewayError } from '../../domain/gateway-error.ts'

/** The SIP engine cannot be asked: not connected, silent, or it refused the frame. */
export class EngineUnavailable extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'box'
  readonly tryNextTarget = false
}

/** The engine refused our secret. */
export class ControlSecretRefused extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'box'
  readonly tryNextTarget = false

  constructor(host: string, port: number) {
    super(`the SIP engine at ${host}:${port} refuses the secret of sip.drachtio.secret`)
  }
}

/** The engine would not do what one frame asked; the dialog or transaction is usually gone. */
export class EngineRefused extends GatewayError {
  readonly sipStatus = 481
  readonly fault = 'far-end'
  readonly tryNextTarget = false
}
