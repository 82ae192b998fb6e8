export interface ListeningPoint {
  readonly transport: string
  /** IPv6 in brackets. */
  readonly hostPort: string
}

/** Reads `udp/192.0.2.1:5060,tcp/192.0.2.1:5060`, as the engine says where it hears SIP. */
export function readListeningPoints(text: string): ListeningPoint[] {
  return text.split(',').flatMap((each) => {
    const [transport = '', hostPort = ''] = each.split('/')
    return hostPort === '' ? [] : [{ transport, hostPort }]
  })
}
