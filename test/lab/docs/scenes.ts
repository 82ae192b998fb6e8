import type { BoxConfig } from '../../support/test-box.ts'
import { boxAddress, carrierAddress, pbxAddress } from './neighbours.ts'
import { type Scene, secretInFiles } from './scene.ts'

const password = secretInFiles
const pbx = { domain: 'office.example', users: { 201: password, 202: password } }
const account = { username: '493012345', password }
const zone = `
  provider.example. 60 IN SOA ns.provider.example. admin.provider.example. 1 60 60 60 5
  sip.provider.example. 60 IN A ${carrierAddress}`

/** A site with two users and a trunk, and nothing else that is of its own. */
const plain: Partial<BoxConfig> = {
  sip: { domains: ['site-a.example'] },
  numbering: { country: 'DE', areaCode: '30', extensionPattern: '2XX' },
  users: [
    { aor: '201@site-a.example', password, numbers: ['+49301234501'] },
    { aor: '202@site-a.example', password },
  ],
  trunks: [{ name: 'carrier', server: 'sip.provider.example' }],
}

function phoneOf(aor: string) {
  return { aor, password, server: boxAddress }
}

const twoPhones = [phoneOf('201@site-a.example'), phoneOf('202@site-a.example')]

const officePhones = [phoneOf('201@office.example'), phoneOf('202@office.example')]
const withPbx = { zone, pbx, carrier: { domain: 'sip.provider.example', account } }

const office: Partial<BoxConfig> = {
  sip: { domains: ['box.example'] },
  numbering: { country: 'DE', areaCode: '30', extensionPattern: '2XX' },
  pbxs: [
    {
      name: 'office',
      server: pbxAddress,
      domain: 'office.example',
      phoneGroups: [{ name: 'sales', users: ['2XX'] }],
    },
  ],
}

/** By page. A page without a scene is followed at a box that has just been installed. */
export const scenes: Readonly<Record<string, Scene>> = {
  'docs/operate/README.md': { typed: { 'password change': 'a password of mine\n' } },
  'docs/operate/backup.md': {
    config: plain,
    isRunning: true,
    neighbours: { zone },
    phones: { '': { phones: twoPhones, call: '202' } },
  },
  'docs/operate/beside-another-pbx.md': { neighbours: withPbx, phones: { '': { phones: officePhones } } },
  'docs/operate/beside-asterisk.md': { neighbours: withPbx, phones: { '': { phones: officePhones } } },
  'docs/operate/beside-freepbx.md': { neighbours: withPbx, phones: { '': { phones: officePhones } } },
  'docs/operate/first-trunk.md': {
    neighbours: { zone, carrier: { domain: 'sip.provider.example', account } },
    phones: { '': { phones: [{ aor: '201@school.example', password, server: '192.168.1.10' }] } },
  },
  'docs/operate/numbers.md': {
    isLivingByPage: false,
    config: {
      ...plain,
      numbering: {
        country: 'DE',
        areaCode: '30',
        extensionPattern: '2XX',
        outsideLinePrefix: '0',
        dids: [{ numbers: ['+493022732100..+493022732109'], to: '2{last:2}@site-a.example' }],
        rules: [
          { match: '0.', dial: '{all}' },
          { match: '00X.', refuse: 'not from here' },
        ],
      },
      trunks: [
        {
          name: 'carrier',
          server: 'sip.provider.example',
          numberFormat: 'national',
          numbers: { incoming: 'national' },
        },
      ],
    },
  },
  'docs/operate/overlay.md': {
    isRunning: true,
    others: { second: {}, third: {} },
    words: {
      TICKET: { after: /invite/, take: /causeway1\.\S+/ },
      'PEER-NAME': { after: /overlay peers/, take: /(\S+\.peer\.phones\.example\.org) +peer,/ },
      WORD: { after: /overlay appoint .*--root/, take: /causeway\S+$/m },
      ISSUER: { after: /overlay create/, take: /\S+\.peer\.phones\.example\.org/ },
    },
    typed: { 'overlay export': 'a long passphrase\n', 'overlay restore': 'a long passphrase\n' },
  },
  'docs/operate/records.md': {
    config: plain,
    isLivingByPage: false,
    isRunning: true,
    neighbours: { zone },
    phones: { '': { phones: twoPhones, call: '202' } },
    words: { CALL: { after: /jsonl/, take: /"id":"([^"]+)"/ } },
  },
  'docs/operate/routing.md': {
    config: plain,
    isLivingByPage: false,
    isRunning: true,
    neighbours: { zone },
    phones: { '': { phones: twoPhones } },
  },
  'docs/operate/survival.md': {
    config: office,
    isLivingByPage: false,
    isRunning: true,
    neighbours: { pbx },
    phones: { '': { phones: [phoneOf('201@office.example'), phoneOf('202@office.example')], call: '202' } },
    words: { REPORT: { after: /survival reports$/, take: /^(\S+)/m } },
  },
  'docs/operate/second-site.md': {
    others: {
      second: {
        ...plain,
        box: { name: 'south', dataDir: '/var/lib/causeway' },
        sip: { domains: ['south.phones.example.org'] },
        users: [{ aor: '201@south.phones.example.org', password }],
        trunks: [],
      },
    },
    neighbours: { zone, carrier: { domain: 'sip.provider.example', account } },
    phones: {
      '': { phones: [phoneOf('201@north.phones.example.org')] },
      second: { phones: [{ ...phoneOf('201@south.phones.example.org'), server: '192.0.2.11' }] },
    },
    words: { TICKET: { after: /invite/, take: /causeway1\.\S+/ } },
  },
  'docs/operate/serverless.md': {
    phones: {
      '': {
        phones: ['200', '201', '202'].map((user) => ({
          ...phoneOf(`${user}@school.example`),
          password: `/etc/causeway/passwords/${user}`,
        })),
      },
    },
  },
  // The PBX is gone, the trunk takes another password.
  'docs/operate/when-something-fails.md': {
    config: {
      ...plain,
      pbxs: office.pbxs,
      trunks: [
        { name: 'carrier', server: 'sip.provider.example', register: true, ...account, password: 'wrong' },
      ],
    },
    isRunning: true,
    neighbours: { zone, carrier: { domain: 'sip.provider.example', account } },
    phones: { '': { phones: twoPhones, call: '202' } },
    files: {
      '/etc/causeway/typo.yaml':
        'trunks:\n  - name: carrier\n    server: sip.provider.example\n    maxcalls: 3\n',
    },
    words: { CALL: { after: /calls export/, take: /\n([^,]+),/ } },
  },
}
