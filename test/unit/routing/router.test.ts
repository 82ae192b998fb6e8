import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import { phoneToken } from '../../../src/domain/phone-token.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import type { FoundService, PstnService } from '../../../src/domain/service-record.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { Router } from '../../../src/routing/router.ts'
import { binding, type FakeSiteSettings, type FakeUser, fakeSite, ownPeer, question } from './fake-site.ts'

/** `path label uri` of each target by group: `a + b | c`; `!` marks a target that needs the box's own digest. */
async function routed(settings: FakeSiteSettings, asked: Partial<CallQuestion>): Promise<string> {
  const { plan, steps } = await new Router(fakeSite(settings), new FakeClock()).route(question(asked))
  expect(steps.every(({ why }) => why !== '')).toBe(true)
  if (plan.kind === 'refuse') return `${plan.status}`
  const groups = Map.groupBy(plan.targets, ({ group }) => group)
  return [...groups.values()]
    .map((targets) =>
      targets
        .map(({ path, label, uri, proxy, callerMustBeAuthenticated }) => {
          const via = proxy === undefined ? '' : ` via ${proxy}`
          return `${path}${callerMustBeAuthenticated ? '!' : ''} ${label} ${uri}${via}`
        })
        .join(' + '),
    )
    .join(' | ')
}

const ann: FakeUser = { aor: 'ann@site-a.example', aliases: ['201'], numbers: ['+4930201'] }
const bob: FakeUser = { aor: 'bob@site-a.example' }
const kid: FakeUser = { aor: 'kid@site-a.example', mayDial: ['internal'] }
const desk: FakeUser = { aor: '101@pbx.example' }
const byBob = { caller: aor('bob', 'site-a.example') }
const byKid = { caller: aor('kid', 'site-a.example') }
const byDesk = { caller: aor('101', 'pbx.example'), callerIsAuthenticated: false }
const byStranger = { caller: aor('199', 'pbx.example'), callerIsAuthenticated: false }
const atAnn = binding('ann@site-a.example', 'sip:ann@192.0.2.99')
const peerB = 'bbb.peer.town.example'
const peerC = 'ccc.peer.town.example'
const offer = (peerName: string, more: Partial<PstnService> = {}): FoundService<PstnService> => ({
  peerName,
  roundTripMs: undefined,
  service: { kind: 'pstn', prefixes: ['+'], channelsFree: 2, costPerMinute: 0, ...more },
})
const fromPublic = { source: 'domain' } as const
const fromPeer = { source: 'overlay', sourceLabel: peerB } as const
const fromTrunk = { source: 'trunk', sourceLabel: 'carrier' } as const
const fromPbx = { source: 'pbx', sourceLabel: 'main' } as const
const outside = { requestUri: 'sip:0301234567@site-a.example' }
const at102 = binding('102@pbx.example', 'sip:102@192.0.2.102', {
  origin: 'pbx',
  source: { transport: 'udp', address: '192.0.2.102', port: 5060 },
})
const annRings = 'phone! sip:ann@site-a.example sip:ann@192.0.2.99'
const pbxAsked = (uri: string) => `pbx main ${uri} via sip:192.0.2.50:5070;transport=udp`

type Row = [rule: string, settings: FakeSiteSettings, asked: Partial<CallQuestion>, route: string]

describe('a user of this box', () => {
  it.each<Row>([
    [
      'is called at his phone',
      { users: [ann, bob], bindings: [atAnn] },
      { ...byBob, requestUri: 'sip:ann@site-a.example' },
      annRings,
    ],
    ['is called by an alias', { users: [ann, bob], bindings: [atAnn] }, byBob, annRings],
    [
      'is called by tel URI',
      { users: [ann, bob], bindings: [atAnn] },
      { ...byBob, requestUri: 'tel:201' },
      annRings,
    ],
    [
      'is called at the address of the box',
      { users: [ann, bob], bindings: [atAnn] },
      { ...byBob, requestUri: 'sip:201@192.0.2.1' },
      annRings,
    ],
    [
      'of a domain that is not listed is called like the others',
      {
        users: [bob, { aor: 'sue@club.example' }],
        bindings: [binding('sue@club.example', 'sip:s@192.0.2.99')],
      },
      { ...byBob, requestUri: 'sip:sue@club.example' },
      'phone! sip:sue@club.example sip:s@192.0.2.99',
    ],
    [
      'is called by his number without leaving the box',
      { users: [ann, bob], bindings: [atAnn], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'tel:+4930201' },
      annRings,
    ],
    [
      'has phones that ring by q, equal ones together',
      {
        users: [ann, bob],
        bindings: [
          binding('ann@site-a.example', 'sip:a@192.0.2.99', { q: 0.5 }),
          atAnn,
          binding('ann@site-a.example', 'sip:b@192.0.2.99'),
        ],
      },
      byBob,
      `${annRings} + phone! sip:ann@site-a.example sip:b@192.0.2.99 | phone! sip:ann@site-a.example sip:a@192.0.2.99`,
    ],
    [
      'behind NAT is called where his phone really is',
      { users: [ann, bob], bindings: [binding('ann@site-a.example', 'sip:ann@10.0.0.9:5062')] },
      byBob,
      'phone! sip:ann@site-a.example sip:ann@10.0.0.9:5062 via sip:192.0.2.99:5060;transport=udp;ob',
    ],
    [
      'whose contact names another place in its stead is called where his phone really is',
      {
        users: [ann, bob],
        bindings: [binding('ann@site-a.example', 'sip:ann@192.0.2.99;maddr=203.0.113.9')],
      },
      byBob,
      'phone! sip:ann@site-a.example sip:ann@192.0.2.99;maddr=203.0.113.9 via sip:192.0.2.99:5060;transport=udp;ob',
    ],
    [
      'behind a proxy is called by its Path',
      {
        users: [ann, bob],
        bindings: [binding('ann@site-a.example', 'sip:ann@10.0.0.9', { path: ['<sip:edge.example;lr>'] })],
      },
      byBob,
      'phone! sip:ann@site-a.example sip:ann@10.0.0.9 via <sip:edge.example;lr>',
    ],
    ['without a phone is unavailable', { users: [ann, bob] }, byBob, '480'],
    ['that does not exist is not found', { users: [bob] }, byBob, '404'],
    [
      'whom another box knows, and who has no phone there, is unavailable',
      { users: [bob], enrolledAt: { 'sip:201@site-a.example': [peerB] } },
      byBob,
      '480',
    ],
    [
      'rings at his other boxes too',
      { users: [ann, bob], bindings: [atAnn], homeBoxes: { 'sip:ann@site-a.example': [ownPeer, peerB] } },
      byBob,
      `${annRings} + overlay! ${peerB} sip:ann@site-a.example`,
    ],
    [
      'rings at another box alone',
      { users: [ann, bob], homeBoxes: { 'sip:ann@site-a.example': [peerB] } },
      byBob,
      `overlay! ${peerB} sip:ann@site-a.example`,
    ],
    [
      'is reached from a public domain',
      { users: [ann], bindings: [atAnn] },
      { ...fromPublic },
      annRings.replace('!', ''),
    ],
    [
      'is reached from another box, which is not asked back',
      { users: [ann], homeBoxes: { 'sip:ann@site-a.example': [peerB] } },
      fromPeer,
      '480',
    ],
    [
      'is reached by a caller with the internal right only',
      { users: [ann, kid], bindings: [atAnn] },
      byKid,
      annRings,
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('a rule of the site', () => {
  const numbering = {
    rules: [
      { match: '8(XX)', dial: '2{1}' },
      { match: '0900X.', refuse: 'premium numbers are not for the village' },
    ],
    shortNumbers: { '77': 'eve@site-b.town.example', '99': 'ann@site-a.example' },
  }
  const settings: FakeSiteSettings = { users: [ann, bob], bindings: [atAnn], numbering }
  it.each<Row>([
    [
      'turns digits into an extension',
      settings,
      { ...byBob, requestUri: 'sip:801@site-a.example' },
      annRings,
    ],
    ['gives a user a short number', settings, { ...byBob, requestUri: 'sip:99@site-a.example' }, annRings],
    [
      'gives a user of another site a short number',
      { ...settings, homeBoxes: { 'sip:eve@site-b.town.example': [peerB] } },
      { ...byBob, requestUri: 'sip:77@site-a.example' },
      `overlay! ${peerB} sip:eve@site-b.town.example`,
    ],
    [
      'refuses numbers that are not to be dialled',
      { ...settings, trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'sip:09001234567@site-a.example' },
      '403',
    ],
    [
      'comes after the names of users',
      {
        ...settings,
        users: [bob, { aor: '99@site-a.example' }],
        bindings: [binding('99@site-a.example', 'sip:i@192.0.2.99')],
      },
      { ...byBob, requestUri: 'sip:99@site-a.example' },
      'phone! sip:99@site-a.example sip:i@192.0.2.99',
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('a user of the overlay', () => {
  const eve = { requestUri: 'sip:eve@town.example' }
  const homeBoxes = { 'sip:eve@town.example': [peerB], 'sip:eve@site-b.town.example': [peerC] }
  it.each<Row>([
    [
      'is called at his home box',
      { users: [bob], homeBoxes },
      { ...byBob, ...eve },
      `overlay! ${peerB} sip:eve@town.example`,
    ],
    [
      'of a site below the overlay domain is called at his home box',
      { users: [bob], homeBoxes },
      { ...byBob, requestUri: 'sip:eve@site-b.town.example' },
      `overlay! ${peerC} sip:eve@site-b.town.example`,
    ],
    [
      'of a site below the overlay domain who is nowhere is not found',
      { users: [bob] },
      { ...byBob, requestUri: 'sip:eve@site-b.town.example' },
      '404',
    ],
    ['that nobody knows is not found', { users: [bob] }, { ...byBob, ...eve }, '404'],
    [
      'who has no phone at his home box is unavailable',
      { users: [bob], enrolledAt: { 'sip:eve@town.example': [peerB] } },
      { ...byBob, ...eve },
      '480',
    ],
    [
      'who has a phone at one of two home boxes is called there',
      { users: [bob], homeBoxes, enrolledAt: { 'sip:eve@town.example': [peerC] } },
      { ...byBob, ...eve },
      `overlay! ${peerB} sip:eve@town.example`,
    ],
    [
      'is reached from a public domain',
      { homeBoxes },
      { ...fromPublic, ...eve },
      `overlay ${peerB} sip:eve@town.example`,
    ],
    [
      'is not looked for again when a box sent the call',
      { homeBoxes },
      { ...fromPeer, requestUri: 'sip:eve@site-b.town.example' },
      '404',
    ],
    [
      'is beyond a caller without the right',
      { users: [kid], homeBoxes },
      { ...byKid, requestUri: 'sip:eve@site-b.town.example' },
      '403',
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('another domain', () => {
  const far = { requestUri: 'sips:eve@far.example;transport=tcp' }
  it.each<Row>([
    [
      'is called as dialled',
      { users: [bob] },
      { ...byBob, ...far },
      'domain! far.example sips:eve@far.example;transport=tcp',
    ],
    ['is beyond a caller without the right', { users: [kid] }, { ...byKid, ...far }, '403'],
    ['is not relayed to for the public', {}, { ...fromPublic, ...far }, '403'],
    ['is not relayed to for another box', {}, { ...fromPeer, ...far }, '403'],
    [
      'that is a trunk gets a number, as the right to the telephone network says',
      { users: [bob], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'sip:0301234567@carrier.example' },
      'trunk! carrier tel:+49301234567',
    ],
    [
      'by way of a trunk gets a number too',
      { users: [bob], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'sip:0301234567@far.example;maddr=carrier.example' },
      'trunk! carrier tel:+49301234567',
    ],
    [
      'is no context for a number',
      { users: [bob], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'tel:201;phone-context=far.example' },
      '404',
    ],
    [
      'of an unknown scheme is refused',
      { users: [bob] },
      { ...byBob, requestUri: 'http://far.example' },
      '416',
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('a number outside', () => {
  const trunks = [
    { name: 'dear', costPerMinute: 20 },
    { name: 'resting', healthy: false },
    { name: 'full', free: 0 },
    { name: 'cheap', costPerMinute: 10, offerToOverlay: true },
    { name: 'swiss', prefix: '+41' },
  ]
  const one = [{ name: 'carrier' }]
  const line = 'tel:+49301234567'
  it.each<Row>([
    [
      'goes by health, cost and config order',
      { users: [bob], trunks },
      { ...byBob, ...outside },
      `trunk! cheap ${line} | trunk! dear ${line} | trunk! resting ${line}`,
    ],
    [
      'is dialled as tel URI',
      { users: [bob], trunks: one },
      { ...byBob, requestUri: 'tel:+49-30-1234567' },
      `trunk! carrier ${line}`,
    ],
    [
      'goes to other boxes after our own trunks, in the order that the overlay gives them',
      {
        users: [bob],
        trunks: one,
        services: [offer(ownPeer), offer(peerC), offer(peerB)],
      },
      { ...byBob, ...outside },
      `trunk! carrier ${line} | overlay! ${peerC} sip:+49301234567@${peerC};user=phone | overlay! ${peerB} sip:+49301234567@${peerB};user=phone`,
    ],
    [
      'goes to no box that serves other prefixes or is full',
      { users: [bob], services: [offer(peerB, { prefixes: ['+41'] }), offer(peerC, { channelsFree: 0 })] },
      { ...byBob, ...outside },
      '404',
    ],
    ['finds no trunk', { users: [bob] }, { ...byBob, ...outside }, '404'],
    [
      'finds every trunk full',
      { users: [bob], trunks: [{ name: 'full', free: 0 }] },
      { ...byBob, ...outside },
      '503',
    ],
    ['is beyond a caller without the right', { users: [kid], trunks: one }, { ...byKid, ...outside }, '403'],
    ['is never dialled for the public', { trunks: one }, { ...fromPublic, ...outside }, '403'],
    ['is never dialled for a trunk', { trunks: one }, { ...fromTrunk, ...outside }, '404'],
    [
      'is dialled for another box on offered trunks only',
      { trunks, services: [offer(peerC)] },
      { ...fromPeer, requestUri: `sip:+49301234567@${ownPeer};user=phone` },
      `trunk cheap ${line}`,
    ],
    [
      'is not dialled for another box that does not ask by peer name',
      { trunks },
      { ...fromPeer, ...outside },
      '403',
    ],
    [
      'that is one of ours is not dialled for another box: the call stays inside',
      { users: [ann], bindings: [atAnn], trunks },
      { ...fromPeer, requestUri: `sip:+4930201@${ownPeer};user=phone` },
      annRings.replace('!', ''),
    ],
    [
      'that is one of a user elsewhere is not dialled for another box either',
      {
        dids: { '+493077': 'eve@site-b.town.example' },
        homeBoxes: { 'sip:eve@site-b.town.example': [peerC] },
        trunks,
      },
      { ...fromPeer, requestUri: `sip:+493077@${ownPeer};user=phone` },
      `overlay ${peerC} sip:eve@site-b.town.example`,
    ],
    [
      'that is one of a user without a phone here is not dialled for another box either',
      { users: [ann], homeBoxes: { 'sip:ann@site-a.example': [peerC] }, trunks },
      { ...fromPeer, requestUri: `sip:+4930201@${ownPeer};user=phone` },
      `overlay ${peerC} sip:ann@site-a.example`,
    ],
    [
      'under a peer name must be a number',
      { trunks },
      { ...fromPeer, requestUri: `sip:ann@${ownPeer}` },
      '404',
    ],
    [
      'is dialled for the PBX',
      { trunks: one, pbxState: 'normal' },
      { ...fromPbx, requestUri: 'sip:0301234567@192.0.2.1' },
      `trunk carrier ${line}`,
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('a call from a trunk', () => {
  const annsNumber = { ...fromTrunk, requestUri: 'sip:030201@192.0.2.1' }
  it.each<Row>([
    [
      "reaches a user by the user's number",
      { users: [ann], bindings: [atAnn] },
      annsNumber,
      annRings.replace('!', ''),
    ],
    [
      'reaches a user by the DID of the trunk',
      { users: [bob, ann], bindings: [atAnn], dids: { '+493077': 'ann@site-a.example' } },
      { ...fromTrunk, requestUri: 'tel:+493077' },
      annRings.replace('!', ''),
    ],
    [
      'reaches a user of the overlay by DID',
      { dids: { '+493077': 'eve@b.town.example' }, homeBoxes: { 'sip:eve@b.town.example': [peerB] } },
      { ...fromTrunk, requestUri: 'tel:+493077' },
      `overlay ${peerB} sip:eve@b.town.example`,
    ],
    [
      'reaches an extension of the PBX by DID',
      { pbxState: 'normal', dids: { '+493077': '102@pbx.example' } },
      { ...fromTrunk, requestUri: 'tel:+493077' },
      pbxAsked('sip:102@pbx.example'),
    ],
    [
      'reaches that extension directly when the PBX is gone',
      { pbxState: 'survival', bindings: [at102], dids: { '+493077': '102@pbx.example' } },
      { ...fromTrunk, requestUri: 'tel:+493077' },
      'phone sip:102@pbx.example sip:102@192.0.2.102',
    ],
    [
      'reaches nobody by extension',
      { users: [ann], bindings: [atAnn] },
      { ...fromTrunk, requestUri: 'sip:201@192.0.2.1' },
      '404',
    ],
    [
      'reaches nobody by a number that is not ours',
      { users: [ann] },
      { ...fromTrunk, requestUri: 'tel:+493099' },
      '404',
    ],
    [
      'never reaches emergency numbers',
      { trunks: [{ name: 'carrier' }] },
      { ...fromTrunk, requestUri: 'urn:service:sos' },
      '403',
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('an emergency number', () => {
  const trunks = [
    { name: 'full', free: 0, costPerMinute: 0 },
    { name: 'swiss', prefix: '+41', costPerMinute: 5 },
    { name: 'resting', healthy: false },
  ]
  const by112 = { requestUri: 'sip:112@site-a.example' }
  const line = 'tel:112;phone-context=+49'
  it.each<Row>([
    [
      'goes to any trunk whatever the rights, prefixes and limits, and asks for no digest',
      { users: [kid], trunks },
      { ...byKid, ...by112 },
      `trunk swiss ${line} | trunk full ${line} | trunk resting ${line}`,
    ],
    [
      'comes before a user of that name',
      { users: [bob, { aor: '112@site-a.example' }], trunks: [{ name: 'carrier' }] },
      { ...byBob, ...by112 },
      `trunk carrier ${line}`,
    ],
    [
      'dialled at a trunk is one all the same',
      { users: [bob], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'sip:112@carrier.example' },
      `trunk carrier ${line}`,
    ],
    [
      'is one in any context',
      { users: [bob], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'tel:112;phone-context=far.example' },
      `trunk carrier ${line}`,
    ],
    [
      'may be dialled as URN',
      { users: [bob], trunks: [{ name: 'carrier' }] },
      { ...byBob, requestUri: 'urn:service:sos.fire' },
      `trunk carrier ${line}`,
    ],
    [
      'of a PBX phone has the PBX after the trunks',
      { trunks: [{ name: 'carrier' }], pbxState: 'normal' },
      { ...byStranger, requestUri: 'sip:112@pbx.example' },
      `trunk carrier ${line} | ${pbxAsked('sip:112@pbx.example')}`,
    ],
    [
      'that the PBX passes on is not sent back to it',
      { trunks: [{ name: 'carrier' }], pbxState: 'normal' },
      { ...fromPbx, requestUri: 'sip:112@192.0.2.1' },
      `trunk carrier ${line}`,
    ],
    [
      'leaves by a resting trunk or a dead PBX last, and by boxes that take such calls before others',
      {
        trunks: [
          { name: 'resting', healthy: false },
          { name: 'closed', isOpen: false },
        ],
        pbxState: 'survival',
        resting: ['ddd.peer.town.example'],
        services: [
          offer('ddd.peer.town.example', { takesEmergencies: true }),
          offer(peerB, { prefixes: [], channelsFree: 0 }),
          offer(peerC, { takesEmergencies: true, channelsFree: 0 }),
        ],
      },
      { ...byStranger, requestUri: 'sip:112@pbx.example' },
      [
        `trunk closed ${line}`,
        `overlay ${peerC} sip:112@${peerC};user=phone`,
        `overlay ${peerB} sip:112@${peerB};user=phone`,
        `trunk resting ${line}`,
        'overlay ddd.peer.town.example sip:112@ddd.peer.town.example;user=phone',
        pbxAsked('sip:112@pbx.example'),
      ].join(' | '),
    ],
    [
      'leaves by another box when there is no other way',
      { users: [bob], services: [offer(peerB)] },
      { ...byBob, ...by112 },
      `overlay ${peerB} sip:112@${peerB};user=phone`,
    ],
    [
      'is dialled for another box on any trunk',
      { trunks: [{ name: 'carrier' }] },
      { ...fromPeer, requestUri: `sip:112@${ownPeer};user=phone` },
      `trunk carrier ${line}`,
    ],
    ['without any line is refused as 503', { users: [bob] }, { ...byBob, ...by112 }, '503'],
    ['is not dialled for the public', { trunks }, { ...fromPublic, ...by112 }, '403'],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})

describe('in the domain of a PBX', () => {
  const by102 = { requestUri: 'sip:102@pbx.example' }
  const rings102 = 'phone! sip:102@pbx.example sip:102@192.0.2.102'
  const away = binding('102@pbx.example', 'sip:102@192.0.2.99')
  const number = { requestUri: 'sip:0301234567@pbx.example' }
  it.each<Row>([
    [
      'the PBX is asked first, then the phone',
      { pbxState: 'normal', bindings: [at102] },
      { ...byStranger, ...by102 },
      `${pbxAsked('sip:102@pbx.example')} | ${rings102}`,
    ],
    [
      'a suspect PBX is still asked',
      { pbxState: 'suspect', bindings: [at102] },
      { ...byStranger, ...by102 },
      `${pbxAsked('sip:102@pbx.example')} | ${rings102}`,
    ],
    [
      'a dead PBX is not asked',
      { pbxState: 'survival', bindings: [at102] },
      { ...byStranger, ...by102 },
      rings102,
    ],
    [
      'a returning PBX is not asked yet',
      { pbxState: 'returning', bindings: [at102] },
      { ...byStranger, ...by102 },
      rings102,
    ],
    [
      "the PBX's own address stands for its domain",
      { pbxState: 'survival', bindings: [at102] },
      { ...byStranger, requestUri: 'sip:102@192.0.2.50:5070' },
      rings102,
    ],
    [
      'a phone that has this address as its domain leaves out the port',
      { pbxState: 'normal', bindings: [at102] },
      { ...byStranger, requestUri: 'sip:102@192.0.2.50' },
      `${pbxAsked('sip:102@192.0.2.50')} | ${rings102}`,
    ],
    [
      'a phone that registered in survival is rung first by a caller with an account',
      { pbxState: 'normal', users: [desk], bindings: [away] },
      { ...byDesk, ...by102 },
      `phone! sip:102@pbx.example sip:102@192.0.2.99 | ${pbxAsked('sip:102@pbx.example')}`,
    ],
    [
      'a call from the PBX rings the phone',
      { pbxState: 'normal', bindings: [at102] },
      { ...fromPbx, requestUri: 'sip:102@192.0.2.1:5060' },
      rings102.replace('!', ''),
    ],
    [
      'a call from the PBX to one certain phone rings that phone only',
      { pbxState: 'normal', bindings: [at102, away] },
      { ...fromPbx, requestUri: `sip:102@192.0.2.1;phone=${phoneToken('sip:102@192.0.2.99')}` },
      'phone sip:102@pbx.example sip:102@192.0.2.99',
    ],
    ['a call from the PBX to nobody is not found', { pbxState: 'normal' }, { ...fromPbx, ...by102 }, '404'],
    [
      'a number goes to the PBX, then to our trunk',
      { pbxState: 'normal', users: [desk], trunks: [{ name: 'carrier' }] },
      { ...byDesk, ...number },
      `${pbxAsked('sip:0301234567@pbx.example')} | trunk! carrier tel:+49301234567`,
    ],
    [
      'a number goes to our trunk when the PBX is gone',
      { pbxState: 'survival', users: [desk], trunks: [{ name: 'carrier' }] },
      { ...byDesk, ...number },
      'trunk! carrier tel:+49301234567',
    ],
    [
      'a caller without an account never gets a trunk',
      { pbxState: 'survival', trunks: [{ name: 'carrier' }] },
      { ...byStranger, ...number },
      '403',
    ],
    [
      'a caller without an account has the PBX alone for numbers',
      { pbxState: 'normal', trunks: [{ name: 'carrier' }] },
      { ...byStranger, ...number },
      pbxAsked('sip:0301234567@pbx.example'),
    ],
    [
      'the public reaches a known extension',
      { pbxState: 'normal', bindings: [at102] },
      { ...fromPublic, ...by102 },
      `${pbxAsked('sip:102@pbx.example')} | ${rings102.replace('!', '')}`,
    ],
    [
      'the public reaches no unknown name, however the PBX would read it',
      { pbxState: 'normal' },
      { ...fromPublic, ...number },
      '404',
    ],
    [
      'another box reaches a known extension',
      { pbxState: 'survival', users: [{ aor: '102@pbx.example' }], bindings: [at102] },
      { ...fromPeer, ...by102 },
      rings102.replace('!', ''),
    ],
    [
      'an extension at another box is found when the PBX is gone',
      { pbxState: 'survival', homeBoxes: { 'sip:102@pbx.example': [peerB] } },
      { ...byStranger, ...by102 },
      `overlay! ${peerB} sip:102@pbx.example`,
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })
})
