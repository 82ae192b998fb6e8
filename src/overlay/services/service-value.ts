import type { PlacedService, Service, ServiceKind, ServicePolicy } from '../../domain/service-record.ts'
import { decodeCborMap, encodeCbor } from '../../lib/cbor.ts'

const mostAddresses = 8
const policies: ReadonlySet<string> = new Set<ServicePolicy>(['anybody', 'members', 'own-calls'])

/** A service as the value of its record; the kind is the record's resource. */
export function encodeService(service: Service): Uint8Array {
  if (service.kind === 'pstn') {
    const { prefixes, channelsFree, costPerMinute } = service
    return encodeCbor({ prefixes, channelsFree, costPerMinute })
  }
  const { addresses, free, policy } = service
  return encodeCbor({ addresses: addresses.slice(0, mostAddresses), free, policy })
}

/** Throws `MalformedCbor`. */
export function decodeService(kind: ServiceKind, value: Uint8Array): Service {
  const fields = decodeCborMap(value)
  if (kind === 'pstn') {
    const pstn = {
      kind,
      prefixes: fields.texts('prefixes'),
      channelsFree: fields.count('channelsFree'),
      costPerMinute: fields.number('costPerMinute'),
    }
    fields.end()
    return pstn
  }
  const placed: PlacedService = {
    kind,
    addresses: fields.texts('addresses', mostAddresses),
    free: fields.count('free'),
    policy: fields.oneOf('policy', policies) as ServicePolicy,
  }
  fields.end()
  return placed
}
