/** What Prometheus is told of a metric besides its values. */
export interface MetricDescription {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
}

/** Every metric of the metrics page, without the `causeway_` in front. The reference page is printed from here. */
export const metricCatalogue = {
  calls_now: gauge('Calls under way: being routed, ringing or talking.'),
  bindings: gauge('Contacts of phones that are registered at this box.'),
  registrations_total: counter(
    'Answers to REGISTER: `accepted`, `challenged` (asked for the password), `wrong-password`, `refused`, `passed-on` (answered by the PBX).',
    ['outcome'],
  ),
  guard_refused_total: counter(
    'Requests of `banned` sources and of those that were `too-fast`, and `wrong-password`s.',
    ['reason'],
  ),
  bans: gauge('Sources that are banned now.'),
  trunk_calls: gauge('Calls that a trunk carries now.', ['trunk']),
  trunk_up: gauge('1 while calls may be sent to the trunk, else 0.', ['trunk']),
  asterisk_up: gauge(
    '1 while the manager interface of the Asterisk is connected and its state known, else 0; calls do not need it.',
    ['asterisk'],
  ),
  asterisk_channels: gauge('Channels of the Asterisk, as it tells them.', ['asterisk']),
  pbx_up: gauge('1 while the PBX does its work, 0 while the box suspects it or stands in.', ['pbx']),
  subscriptions: gauge(
    'What phones have subscribed to (lamps, waiting messages), by who tells them: their `pbx`, or the `box` when it stands in and for its own users.',
    ['notifier'],
  ),
  pbx_state: gauge('1 for the state that the PBX is in: `normal`, `suspect`, `survival` or `returning`.', [
    'pbx',
    'state',
  ]),
  outages_total: counter('Times that the box stood in for the PBX, by cause; rehearsals are none.', [
    'pbx',
    'cause',
  ]),
  standing_in_seconds_total: counter('How long the box has stood in for the PBX.', ['pbx']),
  survival_calls_total: counter(
    'Calls while the box stood in: `served` (answered), `unanswered` (busy, nobody there, hung up), `failed`; the outage report says why.',
    ['pbx', 'outcome'],
  ),
  outage_detection_seconds: gauge('From the first failure to the verdict, in the last outage.', ['pbx']),
  survival_phones_away: gauge(
    'Phones that are not at the PBX while the box stands in, or that did not come back to it after the last outage.',
    ['pbx'],
  ),

  calls_total: counter('Calls that are over: `answered` or `not-answered`; challenges are none.', [
    'outcome',
  ]),
  call_cost_total: counter(
    'What they cost by the rates in the config, in your currency unit, by trunk or other box; `transferred`: what went on after a transfer.',
    ['target'],
  ),
  toll_calls_now: gauge('Calls outside that cost money and are talking.'),
  toll_allowed_total: counter('Lines outside that the limits let pass, each line that is tried for a call.'),
  toll_refused_total: counter(
    'Calls outside that were refused: by a limit (its name), for want of a right (`rights`), because the payer is blocked (`block`), or because `nobody pays`.',
    ['by'],
  ),
  toll_blocked: gauge('Users, PBXs and boxes that may not call outside until somebody releases them.'),
  emergency_calls_total: counter(
    'Calls for help that are over: answered, not answered (find out why), or to the test number.',
    ['outcome'],
  ),
  emergency_calls_unacknowledged: gauge('Calls for help that nobody has acknowledged on the page yet.'),
  call_records_waiting: gauge('Records of calls that are over and not in the database yet.'),
  call_records_lost_total: counter('Records given up because the database took none for too long.'),
  call_journal_behind: gauge('1 while the journal of calls cannot be written: the disk is full or too slow.'),
  call_journal_files: gauge('Files of the journal.'),
  notices_waiting: gauge('Notices that have not arrived yet.', ['receiver']),
  notices_delivered_total: counter('Notices that have arrived.', ['receiver']),
  notices_dropped_total: counter('Notices given up: refused, too old, or too many waiting.', ['receiver']),

  overlay_peers: gauge('Boxes of the overlay that are connected now.', ['overlay']),
  overlay_proven: gauge(
    '1 while another box has found a record of this one within five minutes, else 0: then calls from other boxes may not find their way.',
    ['overlay'],
  ),
  overlay_isolated: gauge('1 while there must be other boxes and none is connected, else 0.', ['overlay']),
  overlay_records_held: gauge('Records that this box holds for the overlay.', ['overlay']),
  overlay_copies_wanted: gauge('Copies that there should be of the records of this box.', ['overlay']),
  overlay_copies_confirmed: gauge('Copies of them that other boxes are known to have, and its own.', [
    'overlay',
  ]),
  overlay_look_up_seconds: histogram(
    'Look-ups by this box; `outcome` is `cached` (from memory), `found`, `none` (the holders have nothing) or `failed` (no holder answered).',
    ['overlay', 'outcome'],
  ),
  overlay_holders_asked_total: counter('Boxes asked by these look-ups.', ['overlay']),
  overlay_peer_changes_total: counter('Times that a box was connected (`joined`) and that one was `lost`.', [
    'overlay',
    'change',
  ]),
  overlay_refused_records_total: counter(
    'Records that other boxes stored or served and that were not believed or not taken; `older` and `expired` are ordinary.',
    ['overlay', 'fault'],
  ),
  overlay_bytes_total: counter(
    'Bytes of questions and answers between the boxes, without encryption, TCP and SIP links.',
    ['overlay', 'direction'],
  ),

  engine_answered: gauge(
    '1 when the engine has answered this query; else 0, and what only it knows is missing: `causeway_sip_…`, the captures and its thread.',
  ),
  sip_messages_total: counter(
    'SIP messages on the wire, repeats among them; `direction` is `in` or `out`, `kind` a method, a class of responses such as `2xx`, or `other`.',
    ['direction', 'transport', 'kind'],
  ),
  sip_bytes_total: counter('Bytes of these messages, without UDP, TCP or TLS around them.', [
    'direction',
    'transport',
  ]),
  sip_transactions: gauge('Transactions open now; `side` is `client` (our requests) or `server`.', ['side']),
  sip_transactions_started_total: counter('Transactions begun.', ['side']),
  sip_transactions_ended_total: counter('Transactions over, however they ended.', ['side']),
  sip_transactions_timed_out_total: counter(
    'Of them: requests of ours without a final answer in time (`client`), requests to us that were never answered, or whose answer was never acknowledged (`server`).',
    ['side'],
  ),
  sip_retransmissions_total: counter('Messages that the box sent again.', ['kind']),
  sip_dropped_total: counter('Messages that got no answer and went nowhere, by reason.', ['reason']),
  sip_rejected_total: counter(
    'Requests turned away by the engine itself: `unreadable` (400 and the like), `overload` (503).',
    ['reason'],
  ),
  sip_stray_total: counter('Responses and ACKs that belong to no transaction.', ['kind']),
  sip_dialogs: gauge('Dialogs of the engine: a call through the box has two, a proxied one none.'),
  sip_pending_requests: gauge(
    'Requests without a final answer: from the network (`incoming`), from the application (`outgoing`), forwarded (`proxied`).',
    ['direction'],
  ),
  sip_answer_seconds: histogram(
    'From an INVITE that begins a call to its final response, as the caller sees it: with the time that it rings.',
  ),
  sip_connections: gauge('Connections open now (TCP, TLS, WebSocket).'),
  sip_quiet_connections: gauge('Connections that others have opened and that have brought no message yet.'),
  sip_quiet_connections_closed_total: counter('Such connections that were closed to make room for others.'),
  sip_connections_refused_total: counter('Connections turned away because of a limit.'),
  sip_applications: gauge('Applications on the control port; in a box it is the box itself.'),
  sip_shed_percent: gauge('Share of the new requests that is turned away because the engine lags.'),
  sip_resolver_lookups_total: counter(
    'Look-ups of next hops: `immediate` (numeric or remembered), `waited` (asked of a name server), `failed`.',
    ['outcome'],
  ),
  sip_resolver_seconds: histogram('Waits for those look-ups that were not immediate, failures among them.'),
  sip_penalties: gauge(
    'Next hops that are tried last because they failed; /api/engine/penalties names them.',
  ),
  capture_packets_total: counter('Packets to Homer: `sent`, `dropped` (Homer or its name out of reach).', [
    'outcome',
  ]),

  event_loop_lag_seconds: histogram(
    'How late timers fire, sampled ten times a second: anything else waits as long.',
    ['thread'],
  ),
  heap_used_bytes: gauge('JavaScript objects of a thread: `main` (the box) or `engine` (SIP).', ['thread']),
  heap_total_bytes: gauge('What a thread has taken for them.', ['thread']),
  external_bytes: gauge("Buffers and the like that a thread's objects hold outside its heap.", ['thread']),
  resident_memory_bytes: gauge('Memory of the whole process.'),
  cpu_seconds_total: counter('Processor time of the whole process.'),
  uptime_seconds: gauge('Since the start.'),
} satisfies Record<string, MetricDescription>

export type MetricName = keyof typeof metricCatalogue

function counter(help: string, labels: readonly string[] = []): MetricDescription {
  return { type: 'counter', help, labels }
}

function gauge(help: string, labels: readonly string[] = []): MetricDescription {
  return { type: 'gauge', help, labels }
}

function histogram(help: string, labels: readonly string[] = []): MetricDescription {
  return { type: 'histogram', help, labels }
}
