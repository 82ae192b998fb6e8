import type { Figures } from '../admin/box-view.ts'
import type { EngineCounts } from '../engine/engine.ts'

/** Counters of the engine as flat figures: `sip_client_transactions`, `sip_received{kind="INVITE"}` and so on. */
export function engineFigures(counts: EngineCounts): Figures {
  const { messages, connections, applications, dialogs, incoming, outgoing, proxied, overload, dropped } = counts
  const { received, sent, client, server, ...rest } = messages
  return {
    sip_received: kinds(received),
    sip_sent: kinds(sent),
    sip_client_transactions: client,
    sip_server_transactions: server,
    sip_dialogs: dialogs,
    sip_requests: { incoming, outgoing, proxied },
    sip_connections: { ...connections },
    sip_applications: applications,
    sip_dropped: { ...dropped },
    sip_events: kinds(rest),
    sip_overload: { lag_ms: overload.lagMs, shed_percent: overload.shedPercent, shed: overload.shed },
  }
}

function kinds(counts: Readonly<Record<string, number>>): Record<string, number> {
  return { ...counts }
}
