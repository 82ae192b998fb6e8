import { writeFileSync } from 'node:fs'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { TemporaryFolder } from './temporary-folder.ts'

export interface KamailioTls {
  readonly port: number
  /** For its domain. */
  readonly certFile: string
  readonly keyFile: string
  /** The authority of the servers that it connects to. */
  readonly caFile: string
}

export interface KamailioOptions {
  /** Numeric; UDP and TCP. */
  readonly address?: string
  readonly port?: number
  readonly tls?: KamailioTls
  /** Domain it is responsible for. */
  readonly domain: string
  /** User part to SIP URI of the phone. Who is not in here gets 404. */
  readonly users: Readonly<Record<string, string>>
  /** Name server for its own look-ups, on port 53; without it those of the machine. */
  readonly nameServer?: string
  readonly workers?: number
  /** For transactions, some 5 KiB each and kept for seconds. */
  readonly sharedMemoryMiB?: number
  readonly namespace?: string
}

/** Kamailio as the proxy of a public domain: stateful, record-routing, RFC 3263 towards other domains. */
export class Kamailio implements Part {
  readonly name = 'kamailio'
  readonly address: string
  readonly #options: KamailioOptions
  readonly #folder = new TemporaryFolder('kamailio')
  #port: number
  #program: ChildProgram | undefined

  constructor(options: KamailioOptions) {
    this.#options = options
    this.address = options.address ?? '127.0.0.1'
    this.#port = options.port ?? 0
  }

  get port(): number {
    return this.#port
  }

  get pid(): number {
    if (!this.#program) throw new Error('kamailio is not started')
    return this.#program.pid
  }

  get lastWords(): string {
    return this.#program?.lastWords ?? ''
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort(this.address)
    const file = this.#folder.file('kamailio.cfg')
    writeFileSync(file, this.#config())
    const { tls } = this.#options
    if (tls) writeFileSync(this.#folder.file('tls.cfg'), tlsConfig(tls))
    const { nameServer, namespace, sharedMemoryMiB = 64 } = this.#options
    const run = `exec kamailio -DD -E -f ${file} -Y ${this.#folder.path} -m ${sharedMemoryMiB} -M 8`
    const resolv = this.#folder.file('resolv.conf')
    if (nameServer) writeFileSync(resolv, `nameserver ${nameServer}\noptions timeout:1 attempts:1\n`)
    // Kamailio reads /etc/resolv.conf only: it gets one of its own.
    const script = nameServer ? `mount --bind ${resolv} /etc/resolv.conf && ${run}` : run
    this.#program = await ChildProgram.start({
      command: nameServer ? 'unshare' : 'sh',
      args: nameServer ? ['--mount', 'sh', '-c', script] : ['-c', script],
      ready: /causeway test: kamailio is up/,
      namespace,
    })
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
    this.#folder.remove()
  }

  #config(): string {
    const { domain, users, workers = 2, tls } = this.#options
    const routes = Object.entries(users).map(
      ([user, uri]) => `      if ($rU == "${user}") { $ru = "${uri}"; route(RELAY); }`,
    )
    return `
debug=0
log_stderror=yes
children=${workers}
auto_aliases=no
alias="${domain}"
listen=udp:${this.address}:${this.#port}
listen=tcp:${this.address}:${this.#port}
${tls ? this.#listenTls(tls) : ''}
dns=no
rev_dns=no
dns_use_search_list=no
dns_try_naptr=on
dns_srv_lb=on
use_dns_failover=on
dns_cache_init=on
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "rtimer.so"
modparam("tm", "fr_timer", 2000)
modparam("tm", "fr_inv_timer", 60000)
modparam("rtimer", "timer", "name=up;interval=1;mode=1;")
modparam("rtimer", "exec", "timer=up;route=UP")

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { route(RELAY); }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if (is_method("OPTIONS") && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  if (is_method("INVITE|SUBSCRIBE")) { record_route(); }
  if (uri == myself || $rd == "${domain}") {
${routes.join('\n')}
    sl_send_reply("404", "Not Found");
    exit;
  }
  # Only its own users may go elsewhere.
  if ($fd != "${domain}") { sl_send_reply("403", "Relaying Denied"); exit; }
  route(RELAY);
}

route[RELAY] {
  if (!t_relay()) { sl_reply_error(); }
  exit;
}

route[UP] {
  if ($var(up) == 1) { return; }
  $var(up) = 1;
  xlog("L_ERR", "causeway test: kamailio is up\\n");
}
`
  }

  /** Called by its name in Record-Route: that is what its certificate is for. */
  #listenTls({ port }: KamailioTls): string {
    return `
enable_tls=yes
listen=tls:${this.address}:${port} advertise ${this.#options.domain}:${port}
loadmodule "tls.so"
modparam("tls", "config", "${this.#folder.file('tls.cfg')}")`
  }
}

function tlsConfig({ certFile, keyFile, caFile }: KamailioTls): string {
  const own = `certificate = ${certFile}\nprivate_key = ${keyFile}\nmethod = TLSv1.2+\n`
  return `[server:default]
${own}verify_certificate = no
require_certificate = no

[client:default]
${own}verify_certificate = yes
require_certificate = yes
ca_list = ${caFile}
`
}
