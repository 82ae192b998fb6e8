import { Libp2pNetwork } from '../../../src/drivers/libp2p/libp2p-network.ts'
import { describeOverlay } from './overlay-contract.ts'

describeOverlay('libp2p', async (key) => {
  return new Libp2pNetwork({ domain: 'town.example', key, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false })
})
