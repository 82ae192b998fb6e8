import { type Figures, samplesBy } from '../admin/figures.ts'
import type { EngineCounts } from '../engine/engine.ts'

/** What the engine has counted, as metrics. */
export function engineFigures(counts: EngineCounts): Figures {
  const { messages, wire, resolver, connections, overload } = counts
  const { client, server, clientStarted, serverStarted } = messages
  return {
    sip_messages_total: wire.flatMap(({ direction, transport, messages }) =>
      Object.entries(messages).map(([kind, value]) => ({ labels: { direction, transport, kind }, value })),
    ),
    sip_bytes_total: wire.map(({ direction, transport, bytes }) => ({
      labels: { direction, transport },
      value: bytes,
    })),
    sip_transactions: samplesBy('side', { client, server }),
    sip_transactions_started_total: samplesBy('side', { client: clientStarted, server: serverStarted }),
    sip_transactions_ended_total: samplesBy('side', {
      client: clientStarted - client,
      server: serverStarted - server,
    }),
    sip_transactions_timed_out_total: samplesBy('side', {
      client: messages.clientTimeouts,
      server: messages.serverTimeouts,
    }),
    sip_retransmissions_total: samplesBy('kind', {
      request: messages.requestRetransmissions,
      response: messages.responseRetransmissions,
    }),
    sip_dropped_total: samplesBy('reason', {
      unreadable: messages.dropped.unreadable,
      'foreign-response': messages.dropped.foreignResponses,
      'stray-response': messages.dropped.strayResponses,
      ...counts.dropped,
    }),
    sip_rejected_total: samplesBy('reason', {
      unreadable: messages.parseErrors - messages.dropped.unreadable,
      overload: messages.overloaded,
    }),
    sip_stray_total: samplesBy('kind', { response: messages.strayResponses, ack: messages.strayAcks }),
    sip_dialogs: counts.dialogs,
    sip_pending_requests: samplesBy('direction', {
      incoming: counts.incoming,
      outgoing: counts.outgoing,
      proxied: counts.proxied,
    }),
    sip_answer_seconds: [{ labels: {}, value: counts.answerDelays }],
    sip_connections: connections.open,
    sip_quiet_connections: connections.quiet,
    sip_quiet_connections_closed_total: connections.turnedOut,
    sip_connections_refused_total: connections.refused,
    sip_applications: counts.applications,
    sip_shed_percent: overload.shedPercent,
    sip_resolver_lookups_total: samplesBy('outcome', {
      immediate: resolver.immediate,
      waited: resolver.waited,
      failed: resolver.failed,
    }),
    sip_resolver_seconds: [{ labels: {}, value: resolver.waits }],
    sip_penalties: counts.penalties,
    ...(counts.capture && { capture_packets_total: samplesBy('outcome', { ...counts.capture }) }),
  }
}
