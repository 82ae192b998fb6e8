/** What an emergency number is for: the sub-services of `urn:service:sos` (RFC 5031 §4.2); `sos` is for all of them. */
export type EmergencyService = 'sos' | 'ambulance' | 'fire' | 'police' | 'marine' | 'mountain'

type Services = Readonly<Partial<Record<EmergencyService, string>>>

// The first number of a country is the one that people call when they do not think. Several are separated by blanks.
const european: Services = { sos: '112' }
const northAmerican: Services = { sos: '911' }
const byCountry: Readonly<Record<string, Services>> = {
  AE: { police: '999', ambulance: '998', fire: '997' },
  AM: { sos: '911 112', fire: '101', police: '102', ambulance: '103' },
  AR: { sos: '911', fire: '100', police: '101', ambulance: '107' },
  AT: { sos: '112', fire: '122', police: '133', ambulance: '144', mountain: '140' },
  AU: { sos: '000 112 106' },
  BA: { sos: '112', police: '122', fire: '123', ambulance: '124' },
  BE: { sos: '112', police: '101', fire: '100' },
  BG: { sos: '112', ambulance: '150', fire: '160', police: '166' },
  BR: { police: '190', ambulance: '192', fire: '193' },
  BY: { sos: '112', fire: '101', police: '102', ambulance: '103' },
  CA: northAmerican,
  CH: { sos: '112', police: '117', fire: '118', ambulance: '144', mountain: '1414' },
  CL: { police: '133', ambulance: '131', fire: '132' },
  CN: { police: '110', fire: '119', ambulance: '120 122' },
  CO: { sos: '123 112' },
  CY: { sos: '112 199' },
  CZ: { sos: '112', fire: '150', ambulance: '155', police: '158 156' },
  DE: { sos: '112', police: '110' },
  DK: european,
  EE: european,
  EG: { police: '122', ambulance: '123', fire: '180' },
  ES: { sos: '112', police: '091 092 062', fire: '080', ambulance: '061' },
  FI: european,
  FR: { sos: '112 114', police: '17', fire: '18', ambulance: '15', marine: '196' },
  GB: { sos: '999 112' },
  GR: { sos: '112', police: '100', ambulance: '166', fire: '199', marine: '108' },
  HK: { sos: '999 112' },
  HR: { sos: '112', police: '192', fire: '193', ambulance: '194', marine: '195' },
  HU: { sos: '112', ambulance: '104', fire: '105', police: '107' },
  IE: { sos: '999 112' },
  IL: { sos: '112', police: '100', ambulance: '101', fire: '102' },
  IN: { sos: '112', police: '100', fire: '101', ambulance: '102 108' },
  IS: european,
  IT: { sos: '112', police: '113', fire: '115', ambulance: '118', marine: '1530' },
  JP: { police: '110', fire: '119', marine: '118' },
  KE: { sos: '999 112' },
  KR: { police: '112', fire: '119' },
  KZ: { sos: '112', fire: '101', police: '102', ambulance: '103' },
  LI: { sos: '112', police: '117', fire: '118', ambulance: '144' },
  LT: european,
  LU: { sos: '112', police: '113' },
  LV: { sos: '112', police: '110', ambulance: '113' },
  ME: { sos: '112', police: '122', fire: '123', ambulance: '124' },
  MK: { sos: '112', police: '192', fire: '193', ambulance: '194' },
  MT: european,
  MX: northAmerican,
  MY: { sos: '999 112' },
  NL: european,
  NO: { sos: '112', fire: '110', ambulance: '113' },
  NZ: { sos: '111' },
  PH: northAmerican,
  PL: { sos: '112', police: '997', fire: '998', ambulance: '999' },
  PT: european,
  RO: european,
  RS: { sos: '112', police: '192', fire: '193', ambulance: '194' },
  RU: { sos: '112', fire: '101', police: '102', ambulance: '103' },
  SE: european,
  SG: { police: '999', ambulance: '995', fire: '995' },
  SI: { sos: '112', police: '113' },
  SK: { sos: '112', fire: '150', ambulance: '155', police: '158' },
  TH: { police: '191', fire: '199', ambulance: '1669' },
  TR: { sos: '112', police: '155', fire: '110' },
  TW: { police: '110', fire: '119', ambulance: '119' },
  UA: { sos: '112', fire: '101', police: '102', ambulance: '103' },
  US: northAmerican,
  ZA: { sos: '112', police: '10111', ambulance: '10177' },
}
const everywhereElse: Services = { sos: '112 911' }

/** Emergency numbers of a country (ISO 3166), the one for everything first; of an unknown one those that phones know. */
export function emergencyNumbersOf(country: string): readonly string[] {
  return Object.values(servicesOf(country)).flatMap((numbers) => numbers.split(' '))
}

/** The number for a service; where it has none of its own, the one for everything. */
export function emergencyNumberFor(service: EmergencyService, country: string): string {
  const services = servicesOf(country)
  const [own = '112'] = (services[service] ?? emergencyNumbersOf(country)[0] ?? '').split(' ')
  return own
}

/** What a country's number is for; `sos` when it has no such number. */
export function emergencyServiceOf(number: string, country: string): EmergencyService {
  for (const [service, numbers] of Object.entries(servicesOf(country))) {
    if (numbers.split(' ').includes(number)) return service as EmergencyService
  }
  return 'sos'
}

function servicesOf(country: string): Services {
  return Object.hasOwn(byCountry, country) ? (byCountry[country] ?? everywhereElse) : everywhereElse
}
