/** Bounds of the transport; every wait and every growing thing has one. */
export interface TransportSettings {
  /** To open a stream, its TLS handshake included. */
  readonly connectTimeoutMs: number
  /** For what precedes SIP on a stream that others opened: the TLS handshake, the WebSocket upgrade. */
  readonly handshakeTimeoutMs: number
  /** Whether servers must prove by their certificate that they are the host we look for (RFC 5922 §7). */
  readonly verifiesServers: boolean
  /** A stream without traffic in either direction is closed after this. */
  readonly idleTimeoutMs: number
  /** A message that has begun to arrive on a stream, and the first on a stream from outside, must be whole after this. */
  readonly partialMessageTimeoutMs: number
  /** Streams open at a time, inbound and outbound together; more are refused. */
  readonly maxConnections: number
  /** Streams that one address may have opened to us; a site behind a NAT is one address. */
  readonly maxConnectionsPerAddress: number
  /** Streams that others have opened and that have brought no message yet; of more, the oldest are closed. */
  readonly maxQuietConnections: number
  /** Bytes waiting for a slow reader before its stream is dropped. */
  readonly maxQueuedBytes: number
  readonly maxHeaderBytes: number
  /** Largest message on a stream, header and body. */
  readonly maxMessageBytes: number
  /** Asked of the kernel for each UDP socket; it may grant less. */
  readonly udpBufferBytes: number
  /** Remembered UDP peers for each listening point. */
  readonly maxUdpFlows: number
  /** How long a UDP destination may stay silent before it is probed for ICMP errors. */
  readonly probeAfterMs: number
  /** Destinations probed at a time; 0: none ever is, and the UDP ports are not shared with probes. */
  readonly maxProbes: number
}

export const defaultTransportSettings: TransportSettings = {
  connectTimeoutMs: 4_000,
  handshakeTimeoutMs: 5_000,
  verifiesServers: true,
  idleTimeoutMs: 600_000,
  partialMessageTimeoutMs: 30_000,
  maxConnections: 8_192,
  maxConnectionsPerAddress: 1_024,
  maxQuietConnections: 1_024,
  maxQueuedBytes: 4 * 1024 * 1024,
  maxHeaderBytes: 64 * 1024,
  maxMessageBytes: 512 * 1024,
  udpBufferBytes: 4 * 1024 * 1024,
  maxUdpFlows: 65_536,
  probeAfterMs: 15,
  maxProbes: 64,
}
