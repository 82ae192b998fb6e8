import type { Figures } from './figures.ts'

/** What must be nothing when nobody calls any more: name in the report, and the metric that counts it. */
const counted: Readonly<Record<string, string>> = {
  calls: 'causeway_calls_now',
  dialogs: 'causeway_sip_dialogs',
  transactions: 'causeway_sip_transactions',
  pendingRequests: 'causeway_sip_pending_requests',
  connections: 'causeway_sip_connections',
}

export type OpenWork = Readonly<Record<string, number>>

/** What the box has open now. Throws when its metrics do not tell. */
export function openWork(figures: Figures): OpenWork {
  return Object.fromEntries(Object.entries(counted).map(([name, metric]) => [name, figures.sum(metric)]))
}

export const isNothing = (open: OpenWork): boolean => Object.values(open).every((count) => count === 0)
