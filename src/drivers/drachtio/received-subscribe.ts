import type { IncomingSubscribe, ResponseOptions, SubscriptionDialog } from '../../domain/sip.ts'
import type { ControlExchange } from './client-transactions.ts'
import type { SipFrame } from './control-frame.ts'
import { EngineRefused } from './link-trouble.ts'
import { ReceivedRequest } from './received-request.ts'

/** A SUBSCRIBE outside a dialog. */
export class ReceivedSubscribe extends ReceivedRequest implements IncomingSubscribe {
  readonly #open: (dialogId: string) => SubscriptionDialog

  constructor(frame: SipFrame, control: ControlExchange, open: (dialogId: string) => SubscriptionDialog) {
    super(frame, control)
    this.#open = open
  }

  async accept(options: ResponseOptions = {}): Promise<SubscriptionDialog> {
    let dialog: SubscriptionDialog | undefined
    // In the same turn as the engine's reply: the end of the subscription may be the very next frame.
    await this.exchangeResponse(200, options, ({ tokens }) => {
      if (tokens[11]) dialog = this.#open(tokens[11])
    })
    if (!dialog) throw new EngineRefused('the answer made no dialog')
    return dialog
  }
}
