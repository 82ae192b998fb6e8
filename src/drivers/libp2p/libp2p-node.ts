import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, ConnectionGater, Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { SigningKey } from '../../lib/ed25519.ts'

/** The layer below libp2p's dial queue, which would try the addresses of a peer one after another. */
export interface Transports {
  /** One connection to one address, whether or not there is one to that peer already. */
  dial(address: Multiaddr, options: { signal: AbortSignal; localPort?: number }): Promise<Connection>
  listen(addresses: Multiaddr[]): Promise<void>
}

export type CausewayNode = Libp2p<{ transports: Transports }>

export interface NodeOptions {
  readonly key: SigningKey
  readonly listen: readonly string[]
  /** Who may use this box as a relay, and which relays may lead to it. */
  readonly gater: ConnectionGater
}

/** Streams of one protocol between two boxes: a relay carries one for each pair that it joins. */
export const relayedStreams = 256
const reservations = 512
/** A day of signalling. A relayed connection that ends is made again, and its SIP links with it. */
const relayedBytes = 1_073_741_824n
const relayedMilliseconds = 86_400_000
/** Bytes that wait for one stream. libp2p's relay does not hold a sender back: who is not read loses the connection. */
const mostQueued = 8_388_608

/** A libp2p node as the overlay needs it, not yet started. */
export async function createNode(options: NodeOptions): Promise<CausewayNode> {
  return createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', options.key.seed()),
    addresses: { listen: [...options.listen] },
    transports: [
      // Idle connections stay: the overlay's own pulse finds the dead ones, the kernel keeps a NAT's mapping.
      tcp({
        dialOpts: { noDelay: true, keepAlive: true, keepAliveInitialDelay: 240_000 },
        listenOpts: { noDelay: true, keepAlive: true, keepAliveInitialDelay: 240_000 },
        inboundSocketInactivityTimeout: 0,
        outboundSocketInactivityTimeout: 0,
      }),
      circuitRelayTransport({
        maxInboundStopStreams: relayedStreams,
        maxOutboundStopStreams: relayedStreams,
        reservationCompletionTimeout: 3_000,
      }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ enableKeepAlive: false, streamOptions: { maxWriteBufferLength: mostQueued } })],
    connectionGater: options.gater,
    services: {
      identify: identify(),
      relay: circuitRelayServer({
        maxInboundHopStreams: relayedStreams,
        maxOutboundHopStreams: relayedStreams,
        maxOutboundStopStreams: relayedStreams,
        hopTimeout: 5_000,
        reservations: {
          maxReservations: reservations,
          defaultDataLimit: relayedBytes,
          defaultDurationLimit: relayedMilliseconds,
        },
      }),
      transports: ({ transportManager }: { transportManager: Transports }): Transports => ({
        dial: (address, dialOptions) => transportManager.dial(address, dialOptions),
        listen: (addresses) => transportManager.listen(addresses),
      }),
    },
    connectionManager: {
      // All boxes of the largest overlay twice, and strangers who knock.
      maxConnections: 1_500,
      // A second, from one address. A site may have many boxes, and a handshake costs about 8 ms of work.
      inboundConnectionThreshold: 40,
      maxIncomingPendingConnections: 200,
    },
    // The overlay has a pulse of its own.
    connectionMonitor: { enabled: false },
    start: false,
  })
}
