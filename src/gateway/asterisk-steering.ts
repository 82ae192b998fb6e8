import type { AsteriskAnswer, AsteriskOrders } from '../admin/asterisk-orders.ts'
import type { AmiAsterisk } from '../drivers/asterisk/ami-asterisk.ts'
import { AmiTrouble } from '../drivers/asterisk/ami-trouble.ts'

type Steered = Pick<AmiAsterisk, 'state' | 'hangUp' | 'originate'>

const mostListed = 500

/** What a person orders of the Asterisks, carried out over AMI. `find` knows them by the name in the config. */
export function asteriskSteering(find: (name: string) => Steered | undefined): AsteriskOrders {
  return {
    channels: (name) => {
      const asterisk = find(name)
      if (!asterisk) return unknown(name)
      const state = asterisk.state()
      if (!state) return { kind: 'away', text: `asterisk ${name} is not connected, or not read yet` }
      return { kind: 'done', value: [...state.channels.values()].slice(0, mostListed) }
    },
    hangUp: (name, channel) => ordered(name, find(name), (asterisk) => asterisk.hangUp(channel)),
    originate: (name, order) => ordered(name, find(name), (asterisk) => asterisk.originate(order)),
  }
}

async function ordered<Value>(
  name: string,
  asterisk: Steered | undefined,
  order: (asterisk: Steered) => Promise<Value>,
): Promise<AsteriskAnswer<Value>> {
  if (!asterisk) return unknown(name)
  try {
    return { kind: 'done', value: await order(asterisk) }
  } catch (error) {
    if (!(error instanceof AmiTrouble)) throw error
    return { kind: error.kind === 'garbage' ? 'away' : error.kind, text: error.message }
  }
}

function unknown(name: string): { readonly kind: 'unknown'; readonly text: string } {
  return { kind: 'unknown', text: `there is no Asterisk "${name}"` }
}
