import { asteriskContract } from '../../contract/asterisk/asterisk-contract.ts'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'

const dialplan = `
[phones]
exten => 600,1,Answer()
 same => n,Wait(30)
`
const phones = `
[line]
type = endpoint
aors = line
disallow = all
allow = alaw
[line]
type = aor
max_contacts = 1
`

asteriskContract('a real one', () => {
  const files = asteriskRole('trunk', { box: '127.0.0.1:9' }, dialplan)
  return new Asterisk({ files: { ...files, 'pjsip.conf': `${files['pjsip.conf']}${phones}` } })
})
