import type { DebianPrograms } from '../../appliance/debian/install-debian.ts'

/** Programs that `npm test` runs, and files that it needs. */
export const labPrograms: DebianPrograms = {
  sipp: 'sip-tester',
  kamailio: 'kamailio',
  '/etc/kamailio/tls.cfg': 'kamailio-tls-modules',
  rtpengine: 'rtpengine-daemon',
  knotd: 'knot',
  kdig: 'knot-dnsutils',
  baresip: 'baresip-core',
  sipsak: 'sipsak',
  stunnel4: 'stunnel4',
  chromium: 'chromium',
  ip: 'iproute2',
  iptables: 'iptables',
  unshare: 'util-linux',
  faketime: 'faketime',
  mmdebstrap: 'mmdebstrap',
  podman: 'podman',
  runc: 'runc',
  dockerd: 'docker.io',
  'docker-compose': 'docker-compose',
}
