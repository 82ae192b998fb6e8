import { MemoryNetwork } from '../../../src/drivers/memory-overlay/memory-network.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'
import { describeOverlay } from './overlay-contract.ts'

const network = new MemoryNetwork()

describeOverlay('memory', (key) => Promise.resolve(network.port(peerIdOf(key.publicKey))))
