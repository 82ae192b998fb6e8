import type { ListeningPoint } from '../drivers/drachtio/listening-points.ts'
import { isWildcard } from '../engine/transport/advertised-host.ts'
import { hostPort } from '../engine/transport/host-port.ts'
import type { ListenSpec } from '../engine/transport/listen-spec.ts'

/** Places of `sip.listen` that a SIP server of its own config does not listen on, as `udp 192.0.2.1:5060`. */
export function unheardPlaces(listen: readonly ListenSpec[], heard: readonly ListeningPoint[]): string[] {
  const isHeard = ({ transport, address, port }: ListenSpec) =>
    heard.some((point) => {
      if (point.transport !== transport) return false
      return isWildcard(address)
        ? point.hostPort.endsWith(`:${port}`)
        : point.hostPort === hostPort(address, port)
    })
  return listen
    .filter((spec) => !isHeard(spec))
    .map(({ transport, address, port }) => `${transport} ${hostPort(address, port)}`)
}
