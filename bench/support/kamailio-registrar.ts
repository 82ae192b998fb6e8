import { writeFileSync } from 'node:fs'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from '../../test/support/child-program.ts'
import { freePort } from '../../test/support/free-port.ts'
import { TemporaryFolder } from '../../test/support/temporary-folder.ts'

const address = '127.0.0.1'

/** Kamailio as a registrar: digest against `secret-<user>`, bindings in memory only. */
export class KamailioRegistrar implements Part {
  readonly name = 'kamailio'
  readonly #domain: string
  readonly #folder = new TemporaryFolder('kamailio')
  #port = 0
  #program: ChildProgram | undefined

  constructor(domain: string) {
    this.#domain = domain
  }

  get target(): string {
    return `${address}:${this.#port}`
  }

  get pid(): number {
    if (!this.#program) throw new Error('kamailio is not started')
    return this.#program.pid
  }

  async start(): Promise<void> {
    this.#port = await freePort(address)
    const file = this.#folder.file('kamailio.cfg')
    writeFileSync(file, this.#config())
    const run = `exec kamailio -DD -E -f ${file} -Y ${this.#folder.path} -m 512 -M 16`
    this.#program = await ChildProgram.start({
      command: 'sh',
      args: ['-c', run],
      ready: /causeway bench: kamailio is up/,
    })
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
    this.#folder.remove()
  }

  #config(): string {
    return `
debug=0
log_stderror=yes
children=2
auto_aliases=no
alias="${this.#domain}"
listen=udp:${address}:${this.#port}
dns=no
rev_dns=no
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "rtimer.so"
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "hash_size", 14)
modparam("auth", "nonce_expire", 300)
modparam("rtimer", "timer", "name=up;interval=1;mode=1;")
modparam("rtimer", "exec", "timer=up;route=UP")

request_route {
  if (method != "REGISTER") { sl_send_reply("405", "Method Not Allowed"); exit; }
  $var(password) = "secret-" + $au;
  if (!pv_auth_check("${this.#domain}", "$var(password)", "0", "1")) {
    auth_challenge("${this.#domain}", "1");
    exit;
  }
  if (!save("location")) { sl_reply_error(); }
  exit;
}

route[UP] {
  if ($var(up) == 1) { return; }
  $var(up) = 1;
  xlog("L_ERR", "causeway bench: kamailio is up\\n");
}
`
  }
}
