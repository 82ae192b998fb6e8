import { randomBytes } from 'node:crypto'
import type { AdminServer } from './admin/admin-server.ts'
import type { BoxView } from './admin/box-view.ts'
import type { LoadedConfig } from './config/load.ts'
import { usualServiceOrder } from './domain/service-order.ts'
import { DnsHopResolver } from './drivers/dns/dns-hop-resolver.ts'
import { RtpengineRelay } from './drivers/rtpengine/rtpengine-relay.ts'
import { BindingTable } from './drivers/sqlite/binding-table.ts'
import { DailyBackup } from './drivers/sqlite/daily-backup.ts'
import { Database } from './drivers/sqlite/database.ts'
import { SettingTable } from './drivers/sqlite/setting-table.ts'
import { PbxAddresses } from './edge/admission/pbx-addresses.ts'
import type { CallHandler } from './edge/call-handler.ts'
import { OtherRequests } from './edge/other-requests.ts'
import { readListenUri } from './engine/listen-uri.ts'
import { admissionRules } from './gateway/admission-rules.ts'
import { AnnouncedUsers } from './gateway/announced-users.ts'
import { BoxSecrets } from './gateway/box-secrets.ts'
import { callHandling } from './gateway/call-handling.ts'
import { callLegs } from './gateway/call-legs.ts'
import type { CertificateWatch } from './gateway/certificate-watch.ts'
import { dnsReach } from './gateway/dns-reach.ts'
import { EmergencyService } from './gateway/emergency-service.ts'
import { hostAliases } from './gateway/host-aliases.ts'
import { JoinedOverlays } from './gateway/joined-overlays.ts'
import { KnowledgeService } from './gateway/knowledge-service.ts'
import { KnownSources } from './gateway/known-sources.ts'
import { LiveBoxView } from './gateway/live-box-view.ts'
import { LoopLag } from './gateway/loop-lag.ts'
import { NeighbourAddresses } from './gateway/neighbour-addresses.ts'
import { openOverlays } from './gateway/open-overlays.ts'
import { OverlayOnlyBox } from './gateway/overlay-only-box.ts'
import { OwnHosts } from './gateway/own-hosts.ts'
import { OwnServices } from './gateway/own-services.ts'
import { recordKeeping } from './gateway/record-keeping.ts'
import { registeredFlows } from './gateway/registered-flows.ts'
import { RehearsalService } from './gateway/rehearsal-service.ts'
import { routingSite } from './gateway/routing-site.ts'
import { servedPages } from './gateway/served-pages.ts'
import { sipEngine } from './gateway/sip-engine.ts'
import { statusLine } from './gateway/status-line.ts'
import { SubscriptionService } from './gateway/subscription-service.ts'
import { SurvivalService } from './gateway/survival-service.ts'
import { telephoneNetwork } from './gateway/telephone-network.ts'
import { version } from './gateway/version.ts'
import { VitalSigns } from './gateway/vital-signs.ts'
import { Wiring } from './gateway/wiring.ts'
import { Guard } from './guard/guard.ts'
import { Accounts } from './identity/accounts.ts'
import { DigestAuthenticator } from './identity/digest.ts'
import { AddressSet } from './lib/address-set.ts'
import { systemClock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import type { Part } from './lib/part.ts'
import { PartList } from './lib/part-list.ts'
import { QuietCollector } from './lib/quiet-collector.ts'
import { V8Thread } from './lib/v8-thread.ts'
import { usersWithDids } from './numbering/users-with-dids.ts'
import { Location } from './registrar/location.ts'
import { Router } from './routing/router.ts'

/** A whole box as its process sees it. */
export interface Box extends Part {
  /** Takes no new calls and waits for those under way, at most `withinMs`. */
  drain(withinMs: number): Promise<void>
  /** Looks whether the certificate on disk is a new one, and uses it. */
  reloadCertificate(): void
  /** False when the thread of the SIP engine does not answer in this time. */
  engineAnswers(withinMs: number): Promise<boolean>
  /** How the box is, in a line for people. */
  readonly statusLine: string
  /** Resolves when the box can work no longer and should be started anew. */
  readonly broken: Promise<Error>
  readonly adminUrl: string | undefined
  readonly listening: readonly string[]
}

/** The box that the config asks for, not yet started. */
export function buildBox(loaded: LoadedConfig, log: Log): Box {
  return loaded.config.sip.enabled ? new Gateway(loaded, log) : new OverlayOnlyBox(loaded, log)
}

/** One box: builds every part from the config and lists them in start order. */
export class Gateway implements Box {
  readonly name = 'gateway'
  readonly #parts: PartList
  readonly #calls: CallHandler
  readonly #admin: AdminServer | undefined
  readonly #certificate: CertificateWatch | undefined
  readonly #view: BoxView
  readonly #vitalSigns: VitalSigns
  #isDraining = false
  readonly #broken = Promise.withResolvers<Error>()

  constructor({ config, path, dataDir, folder }: LoadedConfig, log: Log) {
    const clock = systemClock
    const realm = config.registrar.realm ?? config.sip.domains[0] ?? 'causeway.local'
    const listen = config.sip.listen.flatMap(readListenUri)
    const ownHosts = new OwnHosts(listen, clock)

    // What is kept on disk
    const database = new Database({ dataDir, log, clock })
    const location = new Location({ store: new BindingTable(database), log, clock })

    // Who may do what
    const accounts = new Accounts({
      users: usersWithDids(config),
      domains: [...config.sip.domains, ...config.pbxs.map(({ domain }) => domain)],
      hostAliases: hostAliases(config, ownHosts),
      realmOf: (domain) => config.pbxs.find((pbx) => pbx.domain === domain)?.realm ?? realm,
      importedMayDial: config.survival.defaultRights,
    })
    const settings = new SettingTable(database)
    const secrets = new BoxSecrets(settings)
    const digest = new DigestAuthenticator({
      accounts,
      secrets: settings,
      algorithms: config.registrar.algorithms,
      isBlocked: (source, username) => guard.isBlocked(source, username),
      clock,
    })
    const guard = new Guard(config.guard, log, clock)
    guard.spareRegistered(registeredFlows(location, accounts))
    const ownNetworks = new AddressSet(config.emergency.networks)

    // The networks around the box
    const names = new DnsHopResolver({ ...config.dns, ...dnsReach(config.sip.engine, listen), log, clock })
    const classOf = (number: string) => outside.numbers.classOf(number)
    const keeping = recordKeeping({ config, dataDir, database, settings, names, classOf, clock, log })
    const { notices } = keeping
    const overlays = new JoinedOverlays(
      openOverlays(config.overlays, dataDir, names, clock, log),
      usualServiceOrder,
    )
    const onCrash = (cause: Error) => this.#broken.resolve(cause)
    const sip = sipEngine({ config, folder, listen, overlays, secrets, onCrash, clock, log })
    const { engine, stack } = sip
    const relay = config.media.rtpengine && new RtpengineRelay(config.media.rtpengine, log, clock)
    const pbxAddresses = new PbxAddresses(config.pbxs, names, clock, log)
    const outside = telephoneNetwork({ config, stack, names, accounts, settings, notices, clock, log })
    const { numbers, trunks, toll, asterisks } = outside
    const survival = new SurvivalService({
      ...{ config, realm, stack, accounts, digest, location, asterisks, ownHosts, settings },
      ...{ database, keeping, numbers, guard, trunks, overlays, names, clock, log },
      groupOf: (name) => site.groups.resolve(name),
    })
    const { pbxs, standIn } = survival

    // Calls
    const site = routingSite({
      config,
      ownHosts,
      accounts,
      location: survival.whereabouts,
      overlays,
      trunks,
      pbxs,
      numbers,
      toll,
      standIn,
    })
    const knowledge = new KnowledgeService({
      ...{ config, realm, accounts, numbers, location, trunks, overlays, asterisks, settings, clock, log },
      loaded: { dataDir, folder },
      groups: site.groups,
      whereabouts: survival.whereabouts,
      heardRealms: (domain) => standIn.realms.of(domain).map((heard) => heard.realm),
    })
    const router = new Router(site, clock)
    const admission = admissionRules({
      standIn,
      overlays,
      pbxAddresses,
      pbxs,
      trunks,
      accounts,
      digest,
      location,
      guard,
      site,
      ownNetworks,
    })
    const legs = callLegs({ accounts, overlays, outside, standIn })
    const emergency = new EmergencyService({
      ...{ config, stack, numbers, trunks, accounts, notices, settings, router, legs, clock, log },
      makeRoom: (trunk) => calls.makeRoom(trunk),
    })
    const boxId = `${config.box.name}-${randomBytes(4).toString('hex')}`
    const subscriptions = new SubscriptionService({
      ...{ stack, admission, accounts, pbxs, clock, log },
      phones: site.bindings,
      returnPerSecond: config.survival.returnPerSecond,
      seesCalls: config.sip.callHandling === 'b2bua',
    })
    const calls: CallHandler = callHandling({
      ...{ config, stack, admission, site, accounts, overlays, outside, survival, emergency },
      ...{ subscriptions, keeping, relay, boxId, clock, log },
    })
    const otherRequests = new OtherRequests({
      ...{ stack, admission, router, legs, boxId, clock, log },
      onNotify: (notify, pbx) => subscriptions.heard(notify, pbx),
    })

    const rehearsing = new RehearsalService({
      ...{ config, survival, knowledge, accounts, location, overlays, outside, site, router, legs, stack },
      ...{ calls, emergencies: emergency.calls, notices, settings, clock, log },
    })

    const loopLag = new LoopLag(clock)
    this.#vitalSigns = new VitalSigns({ engine, settings, clock, log })
    const box = new LiveBoxView({
      config,
      version,
      clock,
      engine,
      stack,
      calls,
      keeping,
      location,
      overlays,
      outside,
      emergency,
      survival,
      knowledge,
      rehearsals: rehearsing.rehearsals,
      pbxs,
      guard,
      relay,
      router,
      site,
      registrar: survival.registrar,
      front: survival.front,
      subscriptions,
      loopLag,
      vitalSigns: this.#vitalSigns,
    })
    this.#view = box
    this.#admin = servedPages({ config, path }, box, log)
    this.#certificate = sip.certificate
    this.#calls = calls

    const announcedUsers = new AnnouncedUsers({
      overlays,
      location,
      accounts,
      groups: site.groups,
      settings,
    })
    knowledge.onChange(() => announcedUsers.usersChanged())
    const wiring = new Wiring({ overlays, trunks, calls, front: survival.front, pbxs, stack, engine })
    const ownServices = new OwnServices({
      overlays: overlays.all,
      section: config.services,
      relay,
      callsFree: () => config.sip.maxCalls - calls.count,
      clock,
    })
    const knownSources = new KnownSources({ location, guard, engine, ownNetworks, clock })
    // Other boxes' calls come in over the local ends of SIP links.
    const linkEnds = { knownAddresses: () => (overlays.all.length > 0 ? ['127.0.0.1'] : []) }
    const neighbours =
      engine &&
      new NeighbourAddresses(
        [pbxAddresses, trunks, linkEnds],
        (addresses) => engine.setNeighbours(addresses),
        clock,
      )
    this.#parts = new PartList(
      [
        database,
        new DailyBackup(database, log, clock),
        location,
        digest,
        secrets,
        ...knowledge.earlyParts,
        toll,
        survival.recall,
        pbxAddresses,
        ...(relay ? [relay] : []),
        ...sip.parts,
        // After the engine: a second box on this folder by mistake fails there, and leaves the calls of the first alone.
        ...keeping.parts,
        ...emergency.parts,
        ...standIn.parts,
        calls,
        otherRequests,
        ...subscriptions.parts,
        stack,
        wiring,
        announcedUsers,
        knownSources,
        ...overlays.all.flatMap(({ overlay, users, services }) => [overlay, users, services]),
        ownServices,
        ...survival.parts,
        ...knowledge.parts,
        ...outside.parts,
        ...rehearsing.parts,
        ...(neighbours ? [neighbours] : []),
        loopLag,
        new QuietCollector(new V8Thread(), clock, log),
        ...(this.#admin ? [this.#admin] : []),
      ],
      log,
    )
  }

  /** Rejects with what the part that cannot start says, in words for an operator. */
  start(): Promise<void> {
    return this.#parts.start()
  }

  /** Looks whether the certificate on disk is a new one, and uses it. */
  reloadCertificate(): void {
    this.#certificate?.look()
  }

  /** Takes no new calls and waits for those under way, at most `withinMs`. */
  drain(withinMs: number): Promise<void> {
    this.#isDraining = true
    return this.#calls.drain(withinMs)
  }

  /** Hangs up the calls first, while every part that their BYE needs is there. */
  async stop(): Promise<void> {
    await this.#calls.stop()
    await this.#parts.stop()
  }

  engineAnswers(withinMs: number): Promise<boolean> {
    return this.#vitalSigns.engineAnswers(withinMs)
  }

  get statusLine(): string {
    return statusLine(this.#view, this.#isDraining)
  }

  /** Resolves when the box can work no longer and should be started anew. */
  get broken(): Promise<Error> {
    return this.#broken.promise
  }

  get adminUrl(): string | undefined {
    return this.#admin?.url
  }

  get listening(): readonly string[] {
    return this.#view.status().listening
  }
}
