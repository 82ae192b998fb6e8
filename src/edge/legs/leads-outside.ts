import { nextHosts } from '../../domain/next-hosts.ts'

/** Where providers of trunks are. Hosts in lower case, IPv6 in brackets. */
export interface TrunkHosts {
  servesHost(host: string, port: number | undefined): boolean
}

/** Whether a request to this URI may reach a provider; of what cannot be read nobody knows. */
export function leadsOutside(uri: string, trunks: TrunkHosts): boolean {
  const hosts = nextHosts(uri)
  return hosts === undefined || hosts.some(({ host, port }) => trunks.servesHost(host, port))
}
