import type {
  PlacedService,
  PrefixRate,
  PstnService,
  Service,
  ServiceKind,
  ServicePolicy,
} from '../../domain/service-record.ts'
import { type CborMap, decodeCborMap, encodeCbor, MalformedCbor } from '../../lib/cbor.ts'

const mostAddresses = 8
const mostPrefixes = 24
const mostRates = 12
const mostStepSeconds = 3_600
const policies: ReadonlySet<string> = new Set<ServicePolicy>(['anybody', 'members', 'own-calls'])
const prefixPattern = /^\+\d{0,15}$/

/** A service as the value of its record; the kind is the record's resource. */
export function encodeService(service: Service): Uint8Array {
  if (service.kind === 'pstn') return encodePstn(service)
  const { addresses, free, policy } = service
  return encodeCbor({ addresses: addresses.slice(0, mostAddresses), free, policy })
}

/** Throws `MalformedCbor`. */
export function decodeService(kind: ServiceKind, value: Uint8Array): Service {
  const fields = decodeCborMap(value)
  if (kind === 'pstn') return readPstn(fields)
  const placed: PlacedService = {
    kind,
    addresses: fields.texts('addresses', mostAddresses),
    free: fields.count('free'),
    policy: fields.oneOf('policy', policies) as ServicePolicy,
  }
  fields.end()
  return placed
}

/** Of a long price list, and of many prefixes, what says most about most numbers: a record holds one KiB. */
function encodePstn(service: PstnService): Uint8Array {
  const prefixes = broadest(service.prefixes, (prefix) => prefix, mostPrefixes)
  const rates = service.rates && broadest(service.rates, ({ prefix }) => prefix, mostRates)
  const { channelsFree, costPerMinute, takesEmergencies } = service
  return encodeCbor({
    prefixes,
    channelsFree,
    costPerMinute,
    ...(rates && {
      rates: rates.map(({ prefix, perMinute, setup, stepSeconds }) => [
        prefix,
        perMinute,
        setup,
        stepSeconds,
      ]),
    }),
    ...(takesEmergencies !== undefined && { takesEmergencies }),
  })
}

function broadest<Item>(
  items: readonly Item[],
  prefixOf: (item: Item) => string,
  most: number,
): readonly Item[] {
  if (items.length <= most) return items
  return [...items].sort((a, b) => prefixOf(a).length - prefixOf(b).length).slice(0, most)
}

function readPstn(fields: CborMap): PstnService {
  const service: PstnService = {
    kind: 'pstn',
    prefixes: fields.texts('prefixes', mostPrefixes),
    channelsFree: fields.count('channelsFree'),
    costPerMinute: fields.number('costPerMinute'),
    ...(fields.has('rates') && { rates: fields.list('rates', mostRates, readRate) }),
    ...(fields.has('takesEmergencies') && { takesEmergencies: fields.flag('takesEmergencies') }),
  }
  fields.end()
  if (!isPrice(service.costPerMinute)) throw new MalformedCbor('field "costPerMinute" must be a price')
  return service
}

function readRate(item: unknown): PrefixRate {
  const [prefix, perMinute, setup, stepSeconds, ...more] = Array.isArray(item) ? item : []
  const isRate =
    more.length === 0 &&
    typeof prefix === 'string' &&
    prefixPattern.test(prefix) &&
    isPrice(perMinute) &&
    isPrice(setup) &&
    Number.isInteger(stepSeconds) &&
    stepSeconds >= 1 &&
    stepSeconds <= mostStepSeconds
  if (!isRate) throw new MalformedCbor('field "rates" must be prefixes with their prices')
  return { prefix, perMinute, setup, stepSeconds }
}

/** Nobody is paid for calling. */
function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
