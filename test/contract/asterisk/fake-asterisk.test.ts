import { type AmiAction, FakeAmi } from '../../support/fake-ami.ts'
import { type AsteriskUnderTest, asteriskContract } from './asterisk-contract.ts'

/** The fake with one endpoint, and calls as far as the contract goes. */
class FakeAsterisk implements AsteriskUnderTest {
  readonly #ami = new FakeAmi()
  #isFrozen = false
  #calls = 0

  constructor() {
    this.#ami.lists = {
      PJSIPShowEndpoints: [{ Event: 'EndpointList', ObjectName: 'line', DeviceState: 'Unavailable' }],
      PJSIPShowContacts: [],
      PJSIPShowRegistrationsOutbound: [],
      CoreShowChannels: [],
    }
    this.#ami.onAction = (action) => this.#isFrozen || this.#call(action)
  }

  get amiPort(): number {
    return this.#ami.port
  }

  start = () => this.#ami.start()
  stop = () => this.#ami.stop()
  kill = () => this.#ami.stop()

  freeze(): void {
    this.#isFrozen = true
  }

  thaw(): void {
    this.#isFrozen = false
  }

  #call(action: AmiAction): boolean {
    if (action.name === 'Originate') this.#originate(action)
    else if (action.name === 'Hangup') this.#hangUp(action)
    else return false
    return true
  }

  #originate(action: AmiAction): void {
    const isAnswered = action.get('Channel') === 'Local/600@phones'
    const Channel = `${action.get('Channel')}-${++this.#calls};1`
    action.respond({ Message: 'Originate successfully queued' })
    if (isAnswered) this.#ami.send({ Event: 'Newchannel', Channel, Uniqueid: Channel })
    const Response = isAnswered ? 'Success' : 'Failure'
    action.event({ Event: 'OriginateResponse', Response, Channel, Reason: isAnswered ? '4' : '0' })
  }

  #hangUp(action: AmiAction): void {
    const Channel = action.get('Channel')
    if (!Channel.startsWith('Local/')) {
      action.respond({ Response: 'Error', Message: 'No such channel' })
      return
    }
    action.respond()
    this.#ami.send({ Event: 'Hangup', Channel, Uniqueid: Channel, Cause: action.get('Cause') })
  }
}

asteriskContract('the fake one', () => new FakeAsterisk())
