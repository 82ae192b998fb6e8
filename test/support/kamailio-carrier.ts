import { writeFileSync } from 'node:fs'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { TemporaryFolder } from './temporary-folder.ts'

export interface KamailioCarrierOptions {
  readonly address: string
  /** 0 takes a free one, for UDP and TCP. */
  readonly port?: number
  readonly domain: string
  readonly account: { readonly username: string; readonly password: string }
  /** `host:port` in the telephone network that takes the calls out. */
  readonly network: string
  /** `host:port` in the telephone network that calls in come from. */
  readonly callersAt: string
  /** The longest registration it grants. */
  readonly mostSeconds?: number
  /** It listens for TLS too. */
  readonly tls?: { readonly port: number; readonly certFile: string; readonly keyFile: string }
}

/**
 * Kamailio as a SIP provider: its registrar and its calls ask for digest, calls out go on to the telephone network, and
 * calls in go to the registered Contact with the number that was called in To.
 */
export class KamailioCarrier implements Part {
  readonly name = 'kamailio carrier'
  readonly #options: KamailioCarrierOptions
  readonly #folder = new TemporaryFolder('carrier')
  #port: number
  #program: ChildProgram | undefined

  constructor(options: KamailioCarrierOptions) {
    this.#options = options
    this.#port = options.port ?? 0
  }

  get port(): number {
    return this.#port
  }

  get hostPort(): string {
    return `${this.#options.address}:${this.#port}`
  }

  /** What it has seen, in order: `REGISTER site-a`, `OUT +4930…`, `IN +4930…`. */
  get seen(): readonly string[] {
    return (this.#program?.lines ?? []).flatMap(
      (line) => /causeway test: ((?:REGISTER|OUT|IN) .*)$/.exec(line)?.[1] ?? [],
    )
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort(this.#options.address)
    const file = this.#folder.file('carrier.cfg')
    writeFileSync(file, this.#config())
    if (this.#options.tls) writeFileSync(this.#folder.file('tls.cfg'), tlsConfig(this.#options.tls))
    this.#program = await ChildProgram.start({
      command: 'kamailio',
      args: ['-DD', '-E', '-f', file, '-Y', this.#folder.path, '-m', '32', '-M', '8'],
      ready: /causeway test: kamailio is up/,
    })
  }

  /** It may be started again: then at the same port, and nobody is registered. */
  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
  }

  /** Ends it, and forgets its folder. */
  async remove(): Promise<void> {
    await this.stop()
    this.#folder.remove()
  }

  #config(): string {
    const { address, domain, account, network, callersAt, mostSeconds = 300, tls } = this.#options
    const [callersHost, callersPort] = callersAt.split(':')
    return `
debug=0
log_stderror=yes
children=2
auto_aliases=no
alias="${domain}"
listen=udp:${address}:${this.#port}
listen=tcp:${address}:${this.#port}
${tls ? `enable_tls=yes\nlisten=tls:${address}:${tls.port}\nloadmodule "tls.so"` : ''}
${tls ? `modparam("tls", "config", "${this.#folder.file('tls.cfg')}")` : ''}
dns=no
rev_dns=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "rtimer.so"
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", ${mostSeconds})
modparam("registrar", "min_expires", 1)
modparam("tm", "fr_timer", 2000)
modparam("tm", "fr_inv_timer", 60000)
modparam("rtimer", "timer", "name=up;interval=1;mode=1;")
modparam("rtimer", "exec", "timer=up;route=UP")

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${domain}", "${account.password}", "0")) { www_challenge("${domain}", "0"); exit; }
    if ($au != "${account.username}") { sl_send_reply("403", "Forbidden"); exit; }
    xlog("L_ERR", "causeway test: REGISTER $au\\n");
    save("location");
    exit;
  }
  if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  if ($si == "${callersHost}" && $sp == ${callersPort}) {
    xlog("L_ERR", "causeway test: IN $rU\\n");
    $ru = "sip:${account.username}@${domain}";
    if (!lookup("location")) { sl_send_reply("480", "Not Registered"); exit; }
    record_route();
    t_relay();
    exit;
  }
  if (!pv_proxy_authenticate("${domain}", "${account.password}", "0")) { proxy_challenge("${domain}", "0"); exit; }
  consume_credentials();
  xlog("L_ERR", "causeway test: OUT $rU\\n");
  record_route();
  $du = "sip:${network}";
  t_relay();
  exit;
}

route[UP] {
  if ($var(up) == 1) { return; }
  $var(up) = 1;
  xlog("L_ERR", "causeway test: kamailio is up\\n");
}
`
  }
}

/** Whom it calls it takes on trust: only whether it is trusted is of interest. */
function tlsConfig({ certFile, keyFile }: NonNullable<KamailioCarrierOptions['tls']>): string {
  const own = `certificate = ${certFile}\nprivate_key = ${keyFile}\nmethod = TLSv1.2+\n`
  return `[server:default]\n${own}verify_certificate = no\n\n[client:default]\n${own}verify_certificate = no\n`
}
