import type { Part } from '../../../src/lib/part.ts'
import type { NetworkTopology } from '../../support/network-topology.ts'

/** Stops everything, and removes the network whatever happens; rejects when a part did not stop. */
export async function endAll(parts: readonly Pick<Part, 'stop'>[], topology: NetworkTopology): Promise<void> {
  const outcomes = await Promise.allSettled(parts.map((part) => part.stop()))
  topology.remove()
  const troubles = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  if (troubles.length > 0) throw new AggregateError(troubles, 'not everything stopped')
}
