import { type Step, someStep } from './engine-step.ts'
import type { RandomSource } from './random-source.ts'

/** Steps that mean something together, so that runs get beyond the first message; then disturbed. */
export function someRun(random: RandomSource): Step[] {
  const steps: Step[] = []
  for (let stories = 1 + random.below(4); stories > 0; stories--)
    steps.push(...random.pick(someStories)(random))
  return steps.flatMap((step) => disturbed(step, random))
}

/** The step as it is; or left out, or twice, or with something else before it. */
function disturbed(step: Step, random: RandomSource): Step[] {
  switch (random.below(12)) {
    case 0:
      return []
    case 1:
      return [step, step]
    case 2:
    case 3:
      return [someStep(random), step]
    case 4:
      return [step, { do: 'time', ms: random.pick([100, 600, 4_000, 33_000]) }]
    default:
      return [step]
  }
}

const someStories: readonly ((random: RandomSource) => Step[])[] = [
  incomingCall,
  incomingCall,
  outgoingCall,
  outgoingCall,
  proxiedCall,
  subscription,
  subscribed,
  (random) => random.list(1 + random.below(20), () => someStep(random)),
]

function incomingCall(random: RandomSource): Step[] {
  const isReliable = random.oneIn(3)
  return [
    from(random, 'INVITE', isReliable ? ['Supported: 100rel'] : someRoutes(random)),
    ...(random.oneIn(2) ? [appAnswers(180, isReliable ? ['Require: 100rel'] : [])] : []),
    ...(isReliable ? [inDialog(random, 'PRACK', 2, ['RAck: 1 1 INVITE'])] : []),
    appAnswers(random.pick([200, 200, 200, 486, 302]), sdp(random)),
    { do: 'ack', which: 0, extra: [] },
    ...withinCall(random),
    random.oneIn(2) ? inDialog(random, 'BYE', 9, []) : appSends('BYE', 0),
    random.oneIn(2) ? appAnswers(200, []) : answer(random.pick([200, 401, 481]), 0, []),
  ]
}

function outgoingCall(random: RandomSource): Step[] {
  const isReliable = random.oneIn(3)
  const reliable = isReliable ? ['Require: 100rel\r\nRSeq: 1'] : []
  const prack: Step[] = [appSends('PRACK', 0, ['RAck: 1 1 INVITE']), answer(200, 0, [])]
  return [
    newRequest(random, 'INVITE', isReliable ? ['Supported: 100rel'] : sdp(random)),
    answer(random.pick([100, 180, 183]), random.below(2), [...someRoutes(random), ...reliable]),
    ...(isReliable ? prack : []),
    ...(random.oneIn(4) ? ([{ do: 'app-cancels', app: 0, which: 0 }] satisfies Step[]) : []),
    answer(random.pick([200, 200, 200, 486, 503]), 0, someRoutes(random), isReliable ? 1 : random.below(2)),
    ...(random.oneIn(3) ? [answer(200, 1, [], random.below(3))] : []),
    { do: 'app-acks', app: 0, which: 0 },
    ...withinCall(random),
    random.oneIn(2) ? appSends('BYE', 0) : fromCallee(random, 'BYE', 9),
    random.oneIn(2) ? appAnswers(200, []) : answer(random.pick([200, 401, 481]), 0, []),
  ]
}

/** A re-INVITE, an UPDATE and the like, either way, perhaps at the same time. */
function withinCall(random: RandomSource): Step[] {
  const method = random.pick(['INVITE', 'INVITE', 'UPDATE', 'INFO', 'REFER', 'NOTIFY', 'SUBSCRIBE'])
  const extra = random.pick([
    [],
    ['Subscription-State: terminated'],
    ['Contact: <sip:new@198.51.100.7:5070>'],
  ])
  switch (random.below(5)) {
    case 0:
      return [
        inDialog(random, method, 3, extra),
        appAnswers(random.pick([200, 488]), []),
        { do: 'ack', which: 0, extra: [] },
      ]
    case 1:
      return [
        appSends(method, 0, extra),
        answer(random.pick([200, 200, 481, 408, 491]), 0, []),
        { do: 'app-acks', app: 0, which: 0 },
      ]
    case 2:
      return [fromCallee(random, method, 3, extra), appAnswers(200, []), { do: 'ack', which: 0, extra: [] }]
    case 3:
      return [
        appSends('INVITE', 0),
        inDialog(random, 'INVITE', 4, []),
        answer(200, 0, []),
        appAnswers(200, []),
      ]
    default:
      return []
  }
}

function proxiedCall(random: RandomSource): Step[] {
  const proxy: Step = {
    do: 'app-proxies',
    app: 0,
    which: 0,
    options: `${random.pick(['remainInDialog', ''])}|${random.pick(['fullResponse', ''])}|${random.pick(['followRedirects', ''])}|${random.pick(['simultaneous', ''])}|${random.pick(['', '1s'])}|${random.pick(['', '3s'])}`,
    targets: random.list(1 + random.below(3), () => `sip:u@${random.pick(places)}`),
  }
  const redirect = [
    random.pick(['Contact: <sip:z@198.51.100.7:5080>, <sip:y@gone.example>', 'Contact: "open']),
  ]
  return [
    from(
      random,
      random.pick(['INVITE', 'INVITE', 'INVITE', 'MESSAGE', 'OPTIONS']),
      random.pick([[], ['Max-Forwards: 1'], ['Max-Forwards: 0']]),
    ),
    proxy,
    answer(180, random.below(2), []),
    ...(random.oneIn(4) ? ([{ do: 'cancel', which: 0 }] satisfies Step[]) : []),
    answer(random.pick([200, 486, 503, 302, 401, 600]), random.below(2), redirect),
    answer(random.pick([200, 486, 503, 302, 401, 487]), 1, []),
    { do: 'ack', which: 0, extra: [] },
    inDialog(random, random.pick(['INVITE', 'INFO', 'BYE']), 5, []),
    answer(200, 0, []),
    { do: 'ack', which: 0, extra: [] },
    inDialog(random, 'BYE', 6, []),
  ]
}

function subscription(random: RandomSource): Step[] {
  return [
    newRequest(random, 'SUBSCRIBE', ['Event: x', random.pick(['Expires: 60', 'Expires: 0', 'X: y'])]),
    fromCallee(random, 'NOTIFY', 1, ['Subscription-State: active']),
    answer(random.pick([200, 202, 489]), 0, random.pick([[], ['Expires: 30']])),
    fromCallee(random, 'NOTIFY', 2, [
      random.pick(['Subscription-State: active', 'Subscription-State: terminated']),
    ]),
    appAnswers(200, []),
    appSends('SUBSCRIBE', 0, ['Expires: 0']),
    answer(random.pick([200, 481]), 0, []),
  ]
}

function subscribed(random: RandomSource): Step[] {
  return [
    from(random, 'SUBSCRIBE', ['Event: x', 'Expires: 30']),
    appAnswers(random.pick([200, 202, 403]), ['Expires: 30']),
    appSends('NOTIFY', 0, [random.pick(['Subscription-State: active', 'Subscription-State: terminated'])]),
    answer(random.pick([200, 481]), 0, []),
    inDialog(random, 'SUBSCRIBE', 2, ['Event: x', 'Expires: 0']),
    appAnswers(200, []),
  ]
}

const places = [
  '198.51.100.7',
  '198.51.100.7:5070',
  '198.51.100.7;transport=tcp',
  'many.example',
  'slow.example',
  'gone.example',
]

const someRoutes = (random: RandomSource): string[] =>
  random.oneIn(3)
    ? [
        random.pick([
          'Record-Route: <sip:198.51.100.7;lr>',
          'Record-Route: <sip:198.51.100.7>',
          'Record-Route: <sip:gone.example;lr>',
        ]),
      ]
    : []

const sdp = (random: RandomSource): string[] => (random.oneIn(2) ? ['\r\nv=0\r\n'] : [])

const from = (random: RandomSource, method: string, extra: readonly string[]): Step => ({
  do: 'request',
  method,
  call: random.below(4),
  branch: random.below(10_000),
  port: 5060,
  transport: random.oneIn(4) ? 'tcp' : 'udp',
  toTag: '',
  extra,
})

const inDialog = (random: RandomSource, method: string, cseq: number, extra: readonly string[]): Step => ({
  do: 'in-dialog',
  which: random.oneIn(6) ? 1 : 0,
  method,
  cseq,
  extra,
})

const fromCallee = (
  random: RandomSource,
  method: string,
  cseq: number,
  extra: readonly string[] = [],
): Step => ({
  do: 'from-callee',
  which: random.oneIn(6) ? 1 : 0,
  method,
  cseq,
  extra,
})

const newRequest = (random: RandomSource, method: string, extra: readonly string[]): Step => ({
  do: 'app-sends',
  app: 0,
  method,
  uri: `sip:u@${random.pick(random.oneIn(2) ? places : places.slice(0, 3))}`,
  dialog: undefined,
  extra,
})

const appSends = (method: string, dialog: number, extra: readonly string[] = []): Step => ({
  do: 'app-sends',
  app: 0,
  method,
  uri: '',
  dialog,
  extra,
})

const appAnswers = (status: number, extra: readonly string[]): Step => ({
  do: 'app-answers',
  app: 0,
  which: 0,
  status,
  extra,
})

const answer = (status: number, which: number, extra: readonly string[], tag = 0): Step => ({
  do: 'answer',
  which,
  status,
  tag,
  extra,
})
