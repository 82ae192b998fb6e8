import { randomBytes } from 'node:crypto'
import { AdminServer } from './admin/admin-server.ts'
import type { LoadedConfig } from './config/load.ts'
import { usualServiceOrder } from './domain/service-order.ts'
import type { IncomingInvite } from './domain/sip.ts'
import { DnsHopResolver } from './drivers/dns/dns-hop-resolver.ts'
import type { EngineWorker } from './drivers/engine-worker/engine-worker.ts'
import { RtpengineRelay } from './drivers/rtpengine/rtpengine-relay.ts'
import { BindingTable } from './drivers/sqlite/binding-table.ts'
import { DailyBackup } from './drivers/sqlite/daily-backup.ts'
import { Database } from './drivers/sqlite/database.ts'
import { SettingTable } from './drivers/sqlite/setting-table.ts'
import { PbxAddresses } from './edge/admission/pbx-addresses.ts'
import { WishPrefixes } from './edge/admission/wish-prefixes.ts'
import { CallHandler } from './edge/call-handler.ts'
import { forwardDestinations } from './edge/hunt/forward-destinations.ts'
import { redirectContacts } from './edge/hunt/redirect-contacts.ts'
import { DomainLegs } from './edge/legs/domain-legs.ts'
import { LegsByPath } from './edge/legs/legs-by-path.ts'
import { MeteredLegs } from './edge/legs/metered-legs.ts'
import { OverlayLegs } from './edge/legs/overlay-legs.ts'
import { PbxLegs } from './edge/legs/pbx-legs.ts'
import { PhoneLegs } from './edge/legs/phone-legs.ts'
import { OtherRequests } from './edge/other-requests.ts'
import { readListenUri } from './engine/listen-uri.ts'
import { admissionRules } from './gateway/admission-rules.ts'
import { AnnouncedUsers } from './gateway/announced-users.ts'
import { BoxSecrets } from './gateway/box-secrets.ts'
import { witnessedByRouting } from './gateway/box-witness.ts'
import { callerFacts } from './gateway/caller-facts.ts'
import type { CertificateWatch } from './gateway/certificate-watch.ts'
import { dnsReach } from './gateway/dns-reach.ts'
import { EmergencyService } from './gateway/emergency-service.ts'
import { JoinedOverlays } from './gateway/joined-overlays.ts'
import { KnownSources } from './gateway/known-sources.ts'
import { LiveBoxView } from './gateway/live-box-view.ts'
import { LoopLag } from './gateway/loop-lag.ts'
import { mirroredPbxs } from './gateway/mirrored-pbxs.ts'
import { NeighbourAddresses } from './gateway/neighbour-addresses.ts'
import { openOverlays } from './gateway/open-overlays.ts'
import { OverlayOnlyBox } from './gateway/overlay-only-box.ts'
import { OwnHosts } from './gateway/own-hosts.ts'
import { OwnServices } from './gateway/own-services.ts'
import { phoneRegistrations } from './gateway/phone-registrations.ts'
import { recordKeeping } from './gateway/record-keeping.ts'
import { routingSite } from './gateway/routing-site.ts'
import { sipEngine } from './gateway/sip-engine.ts'
import { telephoneNetwork } from './gateway/telephone-network.ts'
import { witnessedByTrunks } from './gateway/trunk-witness.ts'
import { urgentCalls } from './gateway/urgent-calls.ts'
import { version } from './gateway/version.ts'
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
import { CallMedia } from './media/call-media.ts'
import { usersWithDids } from './numbering/users-with-dids.ts'
import { Location } from './registrar/location.ts'
import { Router } from './routing/router.ts'
import { PbxWatch } from './survival/pbx-watch.ts'

/** A whole box as its process sees it. */
export interface Box extends Part {
  /** Takes no new calls and waits for those under way, at most `withinMs`. */
  drain(withinMs: number): Promise<void>
  /** Looks whether the certificate on disk is a new one, and uses it. */
  reloadCertificate(): void
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
  readonly #engine: EngineWorker | undefined
  readonly #calls: CallHandler
  readonly #admin: AdminServer | undefined
  readonly #certificate: CertificateWatch | undefined
  readonly #broken = Promise.withResolvers<Error>()

  constructor({ config, dataDir, folder }: LoadedConfig, log: Log) {
    const clock = systemClock
    const realm = config.registrar.realm ?? config.sip.domains[0] ?? 'causeway.local'
    const listen = config.sip.listen.flatMap(readListenUri)
    const ownHosts = new OwnHosts(listen)

    // What is kept on disk
    const database = new Database({ dataDir, log, clock })
    const location = new Location({ store: new BindingTable(database), log, clock })

    // Who may do what
    const accounts = new Accounts({
      users: usersWithDids(config),
      domains: [...config.sip.domains, ...config.pbxs.map(({ domain }) => domain)],
      hostAliases: ownHosts.hosts,
    })
    const settings = new SettingTable(database)
    const secrets = new BoxSecrets(settings)
    const digest = new DigestAuthenticator({
      accounts,
      secrets: settings,
      algorithms: config.registrar.algorithms,
      clock,
    })
    const guard = new Guard(config.guard, log, clock)
    const ownNetworks = new AddressSet(config.emergency.networks)

    // The networks around the box
    const names = new DnsHopResolver({ ...config.dns, ...dnsReach(config.sip.engine, listen), log, clock })
    const classOf = (number: string) => outside.numbers.classOf(number)
    const keeping = recordKeeping({ config, dataDir, database, settings, names, classOf, clock, log })
    const { records, decisions, notices } = keeping
    const overlays = new JoinedOverlays(
      openOverlays(config.overlays, dataDir, names, clock, log),
      usualServiceOrder,
    )
    const onCrash = (cause: Error) => this.#broken.resolve(cause)
    const sip = sipEngine({ config, folder, listen, overlays, secrets, onCrash, clock, log })
    const { engine, stack } = sip
    const relay = config.media.rtpengine && new RtpengineRelay(config.media.rtpengine, log, clock)
    const pbxAddresses = new PbxAddresses(config.pbxs, names, clock, log)
    const pbxs = new PbxWatch({ entries: config.pbxs, stack, clock, log })
    const outside = telephoneNetwork({ config, stack, names, accounts, settings, notices, clock, log })
    const { numbers, trunks, toll, asterisks, hangUps } = outside
    const mirrored = mirroredPbxs({ config, asterisks, pbxs, settings, accounts, ownHosts, clock, log })

    // Calls
    const phones = mirrored.over(location)
    const site = routingSite({
      config,
      ownHosts,
      accounts,
      location: phones,
      overlays,
      trunks,
      pbxs,
      numbers,
      toll,
    })
    const router = new Router(site, clock)
    const admission = admissionRules({
      realm,
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
    const callers = callerFacts(accounts)
    const legsByPath = new LegsByPath({
      phone: new PhoneLegs(callers, numbers),
      overlay: new OverlayLegs(overlays, callers, callers),
      domain: new DomainLegs(callers),
      pbx: new PbxLegs(),
      trunk: trunks,
    })
    const legs = new MeteredLegs(legsByPath, toll, trunks)
    const emergency = new EmergencyService({
      ...{ config, stack, numbers, trunks, accounts, notices, settings, router, legs, clock, log },
      makeRoom: (trunk) => calls.makeRoom(trunk),
    })
    const calledUri = (trunk: string, invite: IncomingInvite) => trunks.calledUri(trunk, invite)
    const boxId = `${config.box.name}-${randomBytes(4).toString('hex')}`
    const calls: CallHandler = new CallHandler({
      stack,
      admission,
      router: emergency.router,
      legs: emergency.legs,
      isUrgent: urgentCalls({ admission, site, calledUri, isCallback: emergency.isCallback }),
      isCallback: emergency.isCallback,
      media: new CallMedia(relay, config.media, log),
      witness: pbxs,
      records: emergency.records(
        witnessedByRouting(witnessedByTrunks(hangUps.over(records), trunks), site.restingBoxes, clock),
      ),
      decisions,
      links: overlays,
      calledUri,
      policyOf: (source, label = '') => (source === 'trunk' ? trunks.policyOf(label) : undefined),
      callers: {
        callerOf: (trunk, invite) => trunks.callerOf(trunk, invite),
        wishes: new WishPrefixes(
          config.numbering,
          (digits) => numbers.readDialled(digits).kind === 'emergency',
        ),
      },
      takeIncoming: (trunk, isUrgent) => trunks.takeIncoming(trunk, isUrgent),
      maxCalls: config.sip.maxCalls,
      numberOf: (user) => accounts.byAor(user)?.numbers[0],
      transferRules: toll,
      ringMs: config.sip.ringSeconds * 1_000,
      forwardTo: (question, targets) =>
        config.sip.callHandling === 'proxy' ? forwardDestinations(question, targets, trunks) : undefined,
      redirectTo: (question, targets) =>
        config.sip.callHandling === 'redirect' ? redirectContacts(question, targets) : undefined,
      boxId,
      clock,
      log,
    })
    const otherRequests = new OtherRequests({ stack, admission, router, legs, boxId, clock, log })

    // Registrations
    const { registrar, front, leadHome } = phoneRegistrations({
      ...{ config, realm, stack, accounts, digest, location, pbxs, guard, clock, log },
    })

    const loopLag = new LoopLag(clock)
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
      pbxs,
      guard,
      relay,
      router,
      site,
      registrar,
      front,
      loopLag,
    })
    this.#admin = config.admin.enabled ? new AdminServer(config.admin, box, log) : undefined
    this.#engine = engine
    this.#certificate = sip.certificate
    this.#calls = calls

    const announcedUsers = new AnnouncedUsers({
      overlays,
      location,
      accounts,
      groups: site.groups.names,
      settings,
    })
    const wiring = new Wiring({ overlays, trunks, calls, front, pbxs, stack, engine })
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
        toll,
        pbxAddresses,
        ...(relay ? [relay] : []),
        ...sip.parts,
        // After the engine: a second box on this folder by mistake fails there, and leaves the calls of the first alone.
        ...keeping.parts,
        ...emergency.parts,
        calls,
        otherRequests,
        stack,
        wiring,
        announcedUsers,
        knownSources,
        ...overlays.all.flatMap(({ overlay, users, services }) => [overlay, users, services]),
        ownServices,
        leadHome,
        pbxs,
        mirrored,
        ...outside.parts,
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
    return this.#calls.drain(withinMs)
  }

  /** Hangs up the calls first, while every part that their BYE needs is there. */
  async stop(): Promise<void> {
    await this.#calls.stop()
    await this.#parts.stop()
  }

  /** Resolves when the box can work no longer and should be started anew. */
  get broken(): Promise<Error> {
    return this.#broken.promise
  }

  get adminUrl(): string | undefined {
    return this.#admin?.url
  }

  get listening(): readonly string[] {
    return (this.#engine?.listeningPoints ?? []).map(
      ({ transport, address, port }) => `${transport} ${address}:${port}`,
    )
  }
}
