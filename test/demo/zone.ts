import { domains, type Place } from './places.ts'

/** What the public DNS says of the world: both domains by NAPTR and SRV; the first server of world.example is dead. */
export function zone(at: Place): string {
  const { village, world } = domains
  return `
    ${village}. 60 IN SOA ns.${village}. admin.${village}. 1 60 60 60 5
    ${village}. 60 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.${village}.
    ${village}. 60 IN NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.${village}.
    _sip._udp.${village}. 60 IN SRV 10 1 5060 box-a.${village}.
    _sip._tcp.${village}. 60 IN SRV 10 1 5060 box-a.${village}.
    box-a.${village}. 60 IN A ${at.boxA}
    ${world}. 60 IN SOA ns.${world}. admin.${world}. 1 60 60 60 5
    ${world}. 60 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.${world}.
    _sip._udp.${world}. 60 IN SRV 10 1 5060 dead.${world}.
    _sip._udp.${world}. 60 IN SRV 20 1 5060 alive.${world}.
    dead.${world}. 60 IN A ${at.deadServer}
    alive.${world}. 60 IN A ${at.publicDomain}
  `
}
