import { SipPhone } from '../../support/sip-phone.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TinyNameServer } from '../../support/tiny-name-server.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import {
  carrierAddress,
  type Neighbours,
  nameServerAddress,
  pbxAddress,
  phonesAddress,
} from './neighbours.ts'

// Those whom the boxes of a page deal with, in a network namespace of their own: the program lives until it is killed.

const { zone, pbx, carrier, phones, call } = JSON.parse(process.argv[2] ?? '{}') as Neighbours

if (zone !== undefined) await new TinyNameServer(zone, { address: nameServerAddress, port: 53 }).start()
if (pbx) await new TinyPbx({ ...pbx, listen: { address: pbxAddress, port: 5060 } }).start()
if (carrier) await new TinyCarrier({ ...carrier, listen: { address: carrierAddress, port: 5060 } }).start()

const registered: SipPhone[] = []
for (const { aor, password, server } of phones ?? []) {
  const phone = new SipPhone({
    aor,
    password,
    server: { host: server, port: 5060 },
    listen: { address: phonesAddress },
  })
  await phone.start()
  await phone.register()
  registered.push(phone)
}
if (call !== undefined) {
  const talk = await registered[0]?.call(call)
  await talk?.answered()
  await talk?.hangUp()
}
console.log('the neighbours are there')
setInterval(() => undefined, 60_000)
