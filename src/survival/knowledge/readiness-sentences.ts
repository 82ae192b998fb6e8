/** What readiness says to the operator: what is so, and what to do. */
export const readinessSentences = {
  registers: {
    proves: 'the box can check its password',
    grace: (minutes: number) =>
      `from where it is now it may call phones of this site and for help, for ${minutes} minutes`,
    refused: 'its phone would be refused',
    withoutDigest: (realm: string | undefined) =>
      realm === undefined
        ? 'the box does not know its password: causeway survival import'
        : `the box does not know its password for the realm "${realm}": causeway survival import`,
  },
  seen: (
    seen: { readonly at: number; readonly origin: 'box' | 'pbx' | 'mirror' } | undefined,
    now: number,
  ) =>
    seen
      ? `its phone was last heard ${ago(now - seen.at)} ago, ${waysOf[seen.origin]}`
      : 'its phone was never heard of: does it know this box, as server, as proxy or by DNS SRV?',
  rings: {
    here: (count: number) => `${phones(count)} here`,
    forNow: (count: number) => `${phones(count)} here, until its registration ends`,
    byMirror: (count: number) => `${phones(count)} at the PBX, known by AMI`,
    nowhere: 'no phone is known now: switch it on, and look at its server and password',
  },
  numbers: (numbers: readonly string[]) => `${listed(numbers)} ring${numbers.length === 1 ? 's' : ''} it`,
  outside: {
    works: (classes: readonly string[], trunks: readonly string[]) =>
      `${listed(classes)} by ${listed(trunks)}`,
    noTrunk: 'the box has no trunk, only other sites may have one for it: add one to "trunks"',
    alone: 'the box has no trunk, and is in no overlay: add one to "trunks"',
    allFailed: 'every trunk is out of service: look at "Telephone network"',
    noRight: 'its rights let it call nobody outside: "survival.defaultRights", or "rights" of its CSV',
    onGrace: 'not without a password that the box can check: causeway survival import',
  },
  emergency: {
    works: (trunks: readonly string[]) => `by ${listed(trunks)}`,
    noTrunk: 'only by another site: no trunk of this box is in service',
    nowhere: 'nobody would answer: no trunk of this box is in service, and it is in no overlay',
  },
  groups: (names: readonly string[]) => `rings with ${listed(names)}`,
  sites: {
    announced: 'other sites find it by its name',
    unknown: 'other sites have not been told of it yet',
  },
  did: {
    unread: (number: string, why: string) =>
      `${number} has no target: ${why}. Give it one in "numbering.dids"`,
    nobody: (number: string, to: string) =>
      `${number} rings ${to}, whom nobody knows: correct it at the PBX or in "numbering.dids"`,
  },
  group: (name: string, unknown: readonly string[]) =>
    `the group ${name} has members whom nobody knows: ${listed(unknown)}`,
  noHelp: (trunks: number) =>
    `nobody could call for help: ${trunks === 0 ? 'add a trunk' : 'no trunk is in service: mend one'}, or join an overlay in which a site has one`,
  nothing: (pbx: string) =>
    `nothing is known of the PBX ${pbx}: causeway survival import --pbx ${pbx} --from asterisk, or --from csv FILE`,
} as const

const waysOf = {
  pbx: 'at the PBX through this box',
  box: 'at this box',
  mirror: 'at the PBX, as AMI told',
} as const

const most = 8

function listed(words: readonly string[]): string {
  const rest = words.length - most
  return rest > 0 ? `${words.slice(0, most).join(', ')} and ${rest} more` : words.join(', ')
}

function phones(count: number): string {
  return `${count} ${count === 1 ? 'phone' : 'phones'}`
}

function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`
}
