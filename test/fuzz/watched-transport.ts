import { SipParseError } from '../../src/engine/message/parse.ts'
import type { Flow } from '../../src/engine/transport/flow.ts'
import { FakeTransport } from '../unit/engine/transaction/fake-transport.ts'

/** Keeps what nobody could read apart: answers to broken requests may be as broken, nothing else may. */
export class WatchedTransport extends FakeTransport {
  readonly unreadable: string[] = []

  override send(flow: Flow, data: Buffer): void {
    try {
      super.send(flow, data)
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
      if (!/^SIP\/2\.0 (4\d\d|5\d\d) /.test(data.toString('latin1', 0, 12)))
        this.unreadable.push(`${error.message} in ${data.toString('latin1')}`)
    }
  }
}
